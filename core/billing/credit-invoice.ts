import { toDecimal, Type } from '../../sdk/index.ts'
import { sql, type Queries, type Trx } from '../db/index.ts'
import { assert, invalidInput, type Actor } from '../kernel/index.ts'
import { defineVerb, demandCheck, findRow, type Asking, type Means } from '../records/index.ts'
import { chosenLines, creditable, creditableByHand, type LineWish } from './creditable.ts'
import { CreditExceedsInvoice, NotCreditable, StillProforma } from './errors.ts'
import type { InvoiceRow } from './invoice.ts'
import { issuePlannedNote } from './issue-credit-note.ts'
import { loadBuyers, loadSeller } from './parties.ts'
import { planCreditNote, type CreditPlan } from './plan-credit-note.ts'
import type { PlannedInvoice } from './plan-invoice.ts'
import { applyNote } from './credit/apply-credit.ts'
import { lockInvoice } from './settle-invoice.ts'

/** Lines by their position; without an amount, or without lines at all, everything that is left. */
export const CreditedLines = Type.Optional(
  Type.Array(
    Type.Object({
      position: Type.Integer({ minimum: 1 }),
      /** Minor units as the document states prices, net or gross; with the sign of its line. */
      amount_minor: Type.Optional(Type.String({ pattern: '^-?[1-9]\\d{0,14}$' })),
    }),
    { minItems: 1, maxItems: 100 },
  ),
)

/** Credits an issued document, whole or in part; the value pays what is open of it and is the client's credit beyond. */
export const creditInvoice = defineVerb(
  {
    permission: 'credit_note.create',
    asks: ['credit_note.issue:check'],
    audience: ['staff'],
    input: Type.Object({
      invoice_id: Type.String(),
      lines: CreditedLines,
      reason: Type.String({ minLength: 1, maxLength: 500 }),
    }),
  },
  async (means: Means, input, actor): Promise<InvoiceRow> => {
    await findRow(means.db, actor, { table: 'invoices', what: 'invoice', id: input.invoice_id })
    return means.db.transaction((trx) =>
      creditLines(means, trx, { ...input, invoiceId: input.invoice_id }, actor),
    )
  },
)

export interface CreditWish {
  invoiceId: string
  lines?: readonly LineWish[] | undefined
  reason: string
  /**
   * Why no plugin is asked: the note follows from an act that was asked about, or from what has happened. Such an act may
   * name lines that were given back already; a person, and whoever names none, credits what nobody has given back yet.
   */
  unasked?: string
  /** Credits a claim that was given up too: what it was for has fallen away, so it was no loss. */
  evenGivenUp?: boolean
}

/** The same in a transaction that is open already: a refund takes its money out of the credit note. */
export async function creditLines(
  means: Means,
  trx: Trx,
  wish: CreditWish,
  actor: Actor,
): Promise<InvoiceRow> {
  const invoice = await lockInvoice(trx, wish.invoiceId)
  const { kind, status } = invoice
  const isGivenUp = status === 'written_off' && wish.evenGivenUp === true
  if (kind !== 'invoice' || (status !== 'issued' && status !== 'paid' && !isGivenUp))
    throw NotCreditable({ number: invoice.number ?? invoice.id, status })
  const known = await (wish.unasked && wish.lines ? creditable : creditableByHand)(trx, invoice)
  const credits = chosenLines(invoice, known, wish.lines)
  if (invoice.proforma === 1) throw StillProforma({ number: invoice.number ?? invoice.id })
  const { plan, taken } = await planNote(means, trx, { invoice, credits, reason: wish.reason })
  const exactMinor = plan.subtotalMinor + plan.taxMinor
  if (exactMinor >= 0n) throw invalidInput({ lines: 'sum to nothing that could be credited' })
  refuseBeyondTotal(invoice, taken, exactMinor)
  if (!wish.unasked) demandCheck(means, trx, actor, noteAsking(invoice, plan, wish.reason))
  const note = await issuePlannedNote(means, trx, plan, actor)
  const worthMinor = invoice.total_minor - taken.totalMinor + note.total_minor
  await applyNote(means, trx, { invoice, note, worthMinor }, actor)
  return note
}

/** Credits all of a document that nobody has given back yet; null where nothing is left. */
export async function creditRest(
  means: Means,
  trx: Trx,
  wish: Omit<CreditWish, 'lines'>,
  actor: Actor,
): Promise<InvoiceRow | null> {
  const known = await creditableByHand(trx, await lockInvoice(trx, wish.invoiceId))
  const isLeft = known.reduce((sum, { leftMinor }) => sum + leftMinor, 0n) > 0n
  return isLeft ? creditLines(means, trx, wish, actor) : null
}

interface PlannedCredit {
  plan: PlannedInvoice
  taken: CreditedSoFar
}

async function planNote(
  means: Pick<Means, 'business'>,
  queries: Queries,
  { invoice, credits, reason }: Pick<CreditPlan, 'invoice' | 'credits' | 'reason'>,
): Promise<PlannedCredit> {
  const parties = await partiesOf(means, queries, invoice)
  const taken = await takenOf(queries, invoice.id)
  return {
    plan: planCreditNote({ invoice, takenMinor: taken.exactMinor, credits, reason, ...parties }),
    taken,
  }
}

/** Who writes a note over a document of the client, to whom and on which day, as all of it stands today. */
export async function partiesOf(
  means: Pick<Means, 'business'>,
  queries: Queries,
  { brand_id, client_id }: Pick<InvoiceRow, 'brand_id' | 'client_id'>,
): Promise<Pick<CreditPlan, 'from' | 'buyer' | 'issuedOn'>> {
  const from = await loadSeller(queries, brand_id, client_id)
  const buyer = (await loadBuyers(queries, [client_id])).get(client_id)
  assert(buyer, `client ${client_id} exists`)
  return { from, buyer, issuedOn: means.business.today(from.zone) }
}

/** A note has no id before it is issued, so the document that it corrects stands for it. */
function noteAsking(row: InvoiceRow, { totalMinor }: PlannedInvoice, reason: string): Asking {
  const facts = { total_minor: String(totalMinor), currency: row.currency }
  return { noun: 'credit_note', transition: 'issue', from: 'none', to: 'paid', row, reason, facts }
}

/** Lines above zero may sum to more than the document, whose discounts then have to be credited with them. */
function refuseBeyondTotal(invoice: InvoiceRow, taken: CreditedSoFar, wantedMinor: bigint): void {
  const { subtotal_minor, tax_minor, total_minor, currency } = invoice
  if (subtotal_minor + tax_minor - taken.exactMinor + wantedMinor >= 0n) return
  const left = toDecimal({ minor: total_minor - taken.totalMinor, currency })
  throw CreditExceedsInvoice({ number: invoice.number!, left: `${left} ${currency}` })
}

/** What credit notes took of a document, above zero. */
export interface CreditedSoFar {
  totalMinor: bigint
  /** Net and tax, before cash rounding. */
  exactMinor: bigint
}

export async function takenOf(queries: Queries, invoiceId: string): Promise<CreditedSoFar> {
  const row = await queries.get<{ total_minor: bigint | null; exact_minor: bigint | null }>(sql`
    select sum(total_minor) as total_minor, sum(subtotal_minor + tax_minor) as exact_minor from invoices
    where corrects_id = ${invoiceId} and kind = 'credit_note'`)
  return { totalMinor: -(row?.total_minor ?? 0n), exactMinor: -(row?.exact_minor ?? 0n) }
}
