import { Type } from '../../../sdk/index.ts'
import { forUpdate, sql, type Trx } from '../../db/index.ts'
import { assert, invalidInput, type Actor } from '../../kernel/index.ts'
import { applyTransition, defineVerb, findRow, type Means } from '../../records/index.ts'
import { WrongCurrency } from '../errors.ts'
import type { InvoiceRow } from '../invoice.ts'
import { bookTransfer } from '../payments/record-payment.ts'
import { reversePayment } from '../payments/reverse-payment.ts'
import { bankLineLifecycle, type BankAccountRow, type BankLineRow } from './bank-line.ts'
import type { MatchedPart } from './match-lines.ts'

/** Books a line on the documents that it was for. The parts are the whole line: money is never left hanging. */
export const bookBankLine = defineVerb(
  {
    permission: 'bank_line.book',
    asks: ['bank_line.book:check'],
    audience: ['staff'],
    input: Type.Object({
      line_id: Type.String(),
      parts: Type.Array(
        Type.Object({
          invoice_id: Type.String(),
          amount_minor: Type.String({ pattern: '^[1-9]\\d{0,14}$' }),
        }),
        { minItems: 1, maxItems: 20 },
      ),
    }),
  },
  async (means: Means, input, actor): Promise<BankLineRow> => {
    const line = await findLine(means, input.line_id, actor)
    for (const { invoice_id: id } of input.parts) {
      const invoice = await findRow<InvoiceRow>(means.db, actor, { table: 'invoices', what: 'invoice', id })
      if (invoice.brand_id !== line.brand_id)
        throw invalidInput({ parts: `${invoice.number ?? id} is of another brand than the account` })
    }
    const parts = input.parts.map((part) => ({
      invoiceId: part.invoice_id,
      amountMinor: BigInt(part.amount_minor),
    }))
    return means.db.transaction((trx) => bookParts(means, trx, { line, parts, how: 'staff' }, actor))
  },
)

/** Sets a line aside that is for no document: fees of the bank, money of our own. */
export const ignoreBankLine = defineVerb(
  {
    permission: 'bank_line.ignore',
    asks: ['bank_line.ignore:check'],
    audience: ['staff'],
    input: Type.Object({ line_id: Type.String(), reason: Type.String({ minLength: 1, maxLength: 500 }) }),
  },
  async (means: Means, { line_id, reason }, actor): Promise<BankLineRow> => {
    const found = await findLine(means, line_id, actor)
    return means.db.transaction(async (trx) => {
      const row = await lockLine(trx, found.id)
      const change = { set: { note: reason }, reason }
      return applyTransition(means, trx, { lifecycle: bankLineLifecycle, row, name: 'ignore', actor, change })
    })
  },
)

/** Takes a booking back: its payments are reversed, its documents open again, and the line waits anew. */
export const undoBankLine = defineVerb(
  {
    permission: 'bank_line.undo',
    asks: ['bank_line.undo:check', 'payment.reverse:check'],
    audience: ['staff'],
    input: Type.Object({ line_id: Type.String(), reason: Type.String({ minLength: 1, maxLength: 500 }) }),
  },
  async (means: Means, { line_id, reason }, actor): Promise<BankLineRow> => {
    const found = await findLine(means, line_id, actor)
    return means.db.transaction(async (trx) => {
      const row = await lockLine(trx, found.id)
      const change = { set: { note: reason }, reason }
      const undo = { lifecycle: bankLineLifecycle, row, name: 'undo' as const, actor, change }
      const undone = await applyTransition(means, trx, undo)
      const uses = await trx.all<{ payment_id: string }>(
        sql`select payment_id from bank_line_uses where line_id = ${row.id} and undone_at is null order by payment_id`,
      )
      await trx.run(sql`
        update payouts set bank_line_id = null, version = version + 1, updated_at = ${means.business.now()} where bank_line_id = ${row.id}`)
      for (const { payment_id: paymentId } of uses)
        await reversePayment(means, trx, { paymentId, reason }, actor)
      await trx.run(
        sql`update bank_line_uses set undone_at = ${means.business.now()} where line_id = ${row.id} and undone_at is null`,
      )
      return undone
    })
  },
)

export interface Booking {
  line: Pick<BankLineRow, 'id'>
  parts: readonly MatchedPart[]
  how: 'rule' | 'staff'
}

/** One payment for each part, all or none. */
export async function bookParts(
  means: Means,
  trx: Trx,
  { line, parts, how }: Booking,
  actor: Actor,
): Promise<BankLineRow> {
  const row = await lockLine(trx, line.id)
  const sum = parts.reduce((all, { amountMinor }) => all + amountMinor, 0n)
  if (sum !== row.amount_minor)
    throw invalidInput({ parts: `sum to ${sum} minor units, the line has ${row.amount_minor}` })
  if (new Set(parts.map(({ invoiceId }) => invoiceId)).size !== parts.length)
    throw invalidInput({ parts: 'name a document twice' })
  const bookings = row.bookings + 1
  const change = { set: { bookings, note: null } }
  const book = { lifecycle: bankLineLifecycle, row, name: 'book' as const, actor, change }
  const booked = await applyTransition(means, trx, book)
  const account = await trx.get<BankAccountRow>(sql`select * from bank_accounts where id = ${row.account_id}`)
  assert(account, `bank account ${row.account_id} exists`)
  // In the order of their ids, so that two bookings never wait for each other.
  const ordered = [...parts].sort((a, b) => (a.invoiceId < b.invoiceId ? -1 : 1))
  for (const [i, { invoiceId, amountMinor }] of ordered.entries()) {
    const invoice = await trx.get<InvoiceRow>(sql`select * from invoices where id = ${invoiceId}`)
    if (invoice?.currency !== row.currency)
      throw WrongCurrency({ currency: row.currency, expected: invoice?.currency ?? '?' })
    const reference = referenceOf(row, { bookings, i, parts: parts.length })
    const note = row.text.slice(0, 500) || null
    const { instance_id: instanceId } = account
    const transfer = { invoiceId, instanceId, amountMinor, reference, note, receivedOn: row.booked_on }
    const payment = await bookTransfer(means, trx, transfer, actor)
    await trx.insert('bank_line_uses', [
      {
        ...{ line_id: row.id, payment_id: payment.id, invoice_id: invoiceId, amount_minor: amountMinor },
        ...{ how, undone_at: null, created_at: means.business.now() },
      },
    ])
  }
  return booked
}

/** The line's own id makes it unique: references of banks repeat over the years. */
function referenceOf(row: BankLineRow, of: { bookings: number; i: number; parts: number }): string {
  const part = of.parts > 1 ? `/${of.i + 1}` : ''
  const again = of.bookings > 1 ? `~${of.bookings}` : ''
  return `${row.reference === null ? '' : `${row.reference.slice(0, 120)} `}${row.id}${part}${again}`
}

const findLine = (means: Means, id: string, actor: Actor): Promise<BankLineRow> =>
  findRow<BankLineRow>(means.db, actor, {
    ...{ table: 'bank_lines', what: 'bank line', id, scope: { client: null } },
  })

async function lockLine(trx: Trx, id: string): Promise<BankLineRow> {
  const row = await trx.get<BankLineRow>(
    sql`select * from bank_lines where id = ${id} ${forUpdate(trx.dialect)}`,
  )
  assert(row, `bank line ${id} exists`)
  return row
}
