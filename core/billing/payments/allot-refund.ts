import { toDecimal, Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { forUpdate, sql, type Queries, type Trx } from '../../db/index.ts'
import { invalidInput, NotFound, type Actor } from '../../kernel/index.ts'
import { defineVerb, scoped, type Means } from '../../records/index.ts'
import { CreditedLines, creditLines } from '../credit-invoice.ts'
import { lockCredit } from '../credit/credit-standing.ts'
import { postJournal } from '../ledger.ts'
import { todayOf } from '../settle-invoice.ts'
import type { RefundRow } from './refund.ts'
import { documentShares } from './document-shares.ts'
import { NotAllottable, RefundTooLarge } from './errors.ts'
import { lockPayment, type PaymentRow } from './payment.ts'
import { allottedPostings, readParts, type RefundPartRow } from './refund-parts.ts'

const PartWish = Type.Object({
  /** A document that got something of the payment; absent: none, which only credit of the client can be. */
  invoice_id: Type.Optional(Type.String({ maxLength: 64 })),
  /** Instead of what was goodwill of the document before; "0" takes only that back. */
  amount_minor: Type.String({ pattern: '^(0|[1-9]\\d{0,14})$' }),
  /** "credit" takes it out of what the client holds; "goodwill", which is the rule, leaves it an expense. */
  from: Type.Optional(Type.Enum({ credit: 'credit', goodwill: 'goodwill' } as const)),
  /** Issued now over the document, whole or by line; what it is worth beyond the part is the client's credit. */
  credit_note: Type.Optional(Type.Object({ lines: CreditedLines })),
})

/**
 * Says afterwards what a refund is of that was sent as an expense: one made in the gateway's own pages, or one that
 * named no document. Documents get no more under their name than the payment brought them. Parts that a credit note or
 * the client's credit pays stay for good; goodwill of a document is said anew by naming it. What is not said stays as
 * it was.
 */
export const allotRefund = defineVerb(
  {
    permission: 'refund.allot',
    asks: ['credit_note.issue:check'],
    audience: ['staff'],
    input: Type.Object({
      refund_id: Type.String({ maxLength: 64 }),
      parts: Type.Array(PartWish, { minItems: 1, maxItems: 100 }),
    }),
  },
  async (means: Means, { refund_id, parts }, actor): Promise<RefundPartRow[]> => {
    const { id } = await findRefund(means.db, refund_id, actor)
    const wishes = parts.map((one) => ({ ...one, amountMinor: BigInt(one.amount_minor) }))
    return means.db.transaction((trx) => allot({ means, trx, actor }, id, wishes))
  },
)

/** A refund belongs to whom its payment belongs. */
export async function findRefund(queries: Queries, id: string, actor: Actor): Promise<RefundRow> {
  const refund = await queries.get<RefundRow>(sql`
    select r.* from refunds r join payments p on p.id = r.payment_id
    where r.id = ${id} and ${scoped(actor, { table: 'p' })}`)
  if (!refund) throw NotFound({ what: 'refund', id })
  return refund
}

/** Whether it can still be said what a refund is of: it was an expense when it was sent. */
export const isAllottable = ({ taken_from, status }: RefundRow): boolean =>
  taken_from === 'goodwill' && (status === 'pending' || status === 'succeeded')

interface Work {
  means: Means
  trx: Trx
  actor: Actor
}

interface Wish {
  invoice_id?: string | undefined
  amountMinor: bigint
  from?: 'credit' | 'goodwill' | undefined
  credit_note?: { lines?: Parameters<typeof creditLines>[2]['lines'] } | undefined
}

async function allot(work: Work, refundId: string, wishes: readonly Wish[]): Promise<RefundPartRow[]> {
  const { means, trx, actor } = work
  const refund = (await trx.get<RefundRow>(
    sql`select * from refunds where id = ${refundId} ${forUpdate(trx.dialect)}`,
  ))!
  if (!isAllottable(refund)) throw NotAllottable({ id: refundId })
  const payment = await lockPayment(trx, refund.payment_id)
  const before = await readParts(trx, refundId)
  const kept = before.filter((part) => isKept(refund, part, wishes))
  wishes.forEach((wish) => refuseOdd(refund, wish))
  const restMinor = refund.amount_minor - sumOf(kept) - wishes.reduce((sum, one) => sum + one.amountMinor, 0n)
  if (restMinor < 0n) throw tooLarge(refund, refund.amount_minor - sumOf(kept), false)
  await refuseBeyondShares(trx, { payment, refund, before, restMinor }, wishes)
  const said = []
  for (const wish of wishes)
    if (wish.amountMinor > 0n) said.push(await partOf(work, { refund, payment }, wish))
  const rest = { taken_from: 'goodwill' as const, credit_note_id: null, amount_minor: restMinor }
  const open =
    restMinor > 0n ? [{ ...rest, id: means.newId('rpt') as string, invoice_id: refund.invoice_id }] : []
  const rows = [...kept, ...said, ...open].map((row, i) => ({ ...row, refund_id: refundId, position: i + 1 }))
  await trx.run(sql`delete from refund_parts where refund_id = ${refundId}`)
  await trx.insert('refund_parts', rows)
  const of = { brandId: payment.brand_id, clientId: payment.client_id }
  await recordAudit(means, trx, actor, [
    { ...of, action: 'refund.allot', subject: refundId, before: told(before), after: told(rows) },
  ])
  return rows
}

/** Goodwill that nobody said anything of is the rest of the refund, and of what the refund itself names. */
const isKept = (refund: RefundRow, part: RefundPartRow, wishes: readonly Wish[]): boolean =>
  part.taken_from !== 'goodwill' ||
  (part.invoice_id !== refund.invoice_id && wishes.every(({ invoice_id: id }) => id !== part.invoice_id))

const told = (parts: readonly RefundPartRow[]) => ({
  parts: parts.map((one) => ({
    ...{ invoice_id: one.invoice_id, from: one.taken_from, credit_note_id: one.credit_note_id },
    amount_minor: one.amount_minor.toString(),
  })),
})

const sumOf = (parts: readonly RefundPartRow[]): bigint =>
  parts.reduce((sum, { amount_minor }) => sum + amount_minor, 0n)

function refuseOdd(refund: RefundRow, { invoice_id, amountMinor, from, credit_note }: Wish): void {
  if (amountMinor === 0n && (credit_note ?? from === 'credit'))
    throw invalidInput({ amount_minor: 'is 0, which takes back goodwill alone' })
  if (credit_note && from) throw invalidInput({ from: 'is the credit note itself' })
  if ((credit_note ?? from === 'credit') && refund.destination === 'credit')
    throw invalidInput({ from: 'went into the credit of the client and takes nothing out of it' })
  if (!invoice_id && from !== 'credit')
    throw invalidInput({ invoice_id: 'is missing: only credit of the client is of no document' })
}

const tooLarge = ({ currency }: RefundRow, minor: bigint, ofDocument: boolean) =>
  RefundTooLarge({
    left: `${toDecimal({ minor: minor > 0n ? minor : 0n, currency })} ${currency}`,
    ofDocument,
  })

interface Told {
  payment: PaymentRow
  refund: RefundRow
  before: readonly RefundPartRow[]
  restMinor: bigint
}

async function refuseBeyondShares(
  trx: Trx,
  { payment, refund, before, restMinor }: Told,
  wishes: readonly Wish[],
): Promise<void> {
  const shares = await documentShares(trx, payment)
  const own = before.length > 0 ? before.filter(({ taken_from }) => taken_from === 'goodwill') : [refund]
  const wanted = new Map<string, bigint>()
  // The rest of a refund of one of several is of that one still.
  if (refund.invoice_id && refund.invoice_id !== payment.invoice_id) wanted.set(refund.invoice_id, restMinor)
  for (const { invoice_id: id, amountMinor } of wishes)
    if (id) wanted.set(id, (wanted.get(id) ?? 0n) + amountMinor)
  for (const [id, minor] of wanted) {
    const share = shares.get(id)
    if (!share) throw invalidInput({ invoice_id: 'got nothing of this payment' })
    const freed = own.reduce((sum, one) => (one.invoice_id === id ? sum + one.amount_minor : sum), 0n)
    const left = share.appliedMinor - share.refundedMinor + freed
    if (minor > left) throw tooLarge(refund, left, true)
  }
}

/** What the part is paid by is taken from there now, and is no expense any more. */
async function partOf(
  { means, trx, actor }: Work,
  { refund, payment }: Pick<Told, 'refund' | 'payment'>,
  { invoice_id, amountMinor, from, credit_note: wish }: Wish,
): Promise<Omit<RefundPartRow, 'refund_id' | 'position'>> {
  const [invoiceId, reason] = [invoice_id ?? null, refund.reason]
  const id: string = means.newId('rpt')
  const row = { id, invoice_id: invoiceId, credit_note_id: null, amount_minor: amountMinor }
  if (!wish && from !== 'credit') return { ...row, taken_from: 'goodwill' }
  const note =
    wish && (await creditLines(means, trx, { invoiceId: invoiceId!, lines: wish.lines, reason }, actor))
  const { paidMinor } = await lockCredit(trx, refund.client_id, refund.currency)
  const most = note && -note.total_minor < paidMinor ? -note.total_minor : paidMinor
  if (amountMinor > most) throw tooLarge(refund, most, false)
  await postJournal(means, trx, {
    kind: 'refund_allotted',
    sourceId: id,
    brandId: payment.brand_id,
    effectiveOn: await todayOf(means, trx, payment.brand_id),
    postings: allottedPostings(refund, amountMinor),
  })
  return note
    ? { ...row, taken_from: 'credit_note', credit_note_id: note.id }
    : { ...row, taken_from: 'credit' }
}
