import { sql, type Trx } from '../../db/index.ts'
import type { Actor, IsoDate } from '../../kernel/index.ts'
import { readSetting, type Means } from '../../records/index.ts'
import type { InvoiceRow } from '../invoice.ts'
import { takesMoney } from '../proforma/finalise-proforma.ts'
import { account, creditBalance, postJournal } from '../ledger.ts'
import { recoverLoss } from '../recover-loss.ts'
import { useCreditAlways } from '../settings.ts'
import { openAmount, settleInvoice, settleOpen, todayOf } from '../settle-invoice.ts'
import { lockCredit } from './credit-standing.ts'
import { orderOfUse, type Use } from './order-of-use.ts'
import { usedOn, worthOf, type GrantsPart } from './paid-by-grants.ts'

/** Uses the client's credit, as far as it reaches, on a document that is open. */
export const applyCredit = (means: Means, trx: Trx, invoice: InvoiceRow, actor: Actor): Promise<InvoiceRow> =>
  applyPart(means, trx, { invoice, mostMinor: invoice.total_minor }, actor)

/** As much as is said at most. */
export async function applyPart(
  means: Means,
  trx: Trx,
  { invoice: found, mostMinor }: { invoice: InvoiceRow; mostMinor: bigint },
  actor: Actor,
): Promise<InvoiceRow> {
  if (found.status !== 'issued') return found
  const invoice = await takesMoney(means, trx, { invoice: found, amountMinor: 0n }, actor)
  if (!invoice) return found
  const open = await openAmount(trx, invoice)
  const wantedMinor = mostMinor < open ? mostMinor : open
  const { client_id: clientId, currency } = invoice
  if (wantedMinor <= 0n || (await creditBalance(trx, clientId, currency)) <= 0n)
    return settleOpen(means, trx, { invoice, openMinor: open }, actor)
  const { grants, paidMinor } = await lockCredit(trx, clientId, currency)
  const today = await todayOf(means, trx, invoice.brand_id)
  const grantsMostMinor = grants.length === 0 ? null : await roomForGrants(trx, invoice.id)
  const uses = orderOfUse(grants, paidMinor, { wantedMinor, grantsMostMinor, today })
  const takenMinor = await take(means, trx, { invoice, uses, today })
  return settleOpen(means, trx, { invoice, openMinor: open - takenMinor }, actor)
}

/** Of time that was given back already grants pay nothing any more: it would come back as money. Null: no such time. */
async function roomForGrants(trx: Trx, invoiceId: string): Promise<bigint | null> {
  const worthMinor = await worthOf(trx, invoiceId)
  return worthMinor === null ? null : worthMinor - ((await usedOn(trx, [invoiceId])).get(invoiceId) ?? 0n)
}

/** The same for what nobody asked for: only where brand and client let new documents take credit by themselves. */
export async function applyCreditByItself(
  means: Means,
  trx: Trx,
  invoice: InvoiceRow,
  actor: Actor,
): Promise<InvoiceRow> {
  const of = { brand: invoice.brand_id, client: invoice.client_id }
  return (await readSetting(trx, useCreditAlways, of))
    ? applyCredit(means, trx, invoice, actor)
    : settleInvoice(means, trx, invoice, actor)
}

export interface NoteOver {
  invoice: InvoiceRow
  note: InvoiceRow
  /** What is left of the document beside its credit notes, this one among them. */
  worthMinor: bigint
}

/**
 * The value of a note pays what is open of its document, which it did in no grant's place; of a claim that was given up
 * as much of the loss is none. Beyond that the money comes back that was paid last, and grants pay for no more than is
 * left: what came out of them goes back into them and is never paid out.
 */
export async function applyNote(
  means: Means,
  trx: Trx,
  { invoice, note, worthMinor }: NoteOver,
  actor: Actor,
): Promise<InvoiceRow> {
  const open = await openAmount(trx, invoice)
  const valueMinor = -note.total_minor
  const amountMinor = valueMinor < open ? valueMinor : open
  const today = await todayOf(means, trx, invoice.brand_id)
  await take(means, trx, { invoice, uses: [{ grantId: null, amountMinor }], today })
  await trimGrants(means, trx, { invoiceId: invoice.id, worthMinor, mostMinor: valueMinor - amountMinor })
  if (invoice.status === 'written_off' && amountMinor > 0n)
    await recoverLoss(means, trx, { source: note, amountMinor })
  const openMinor = open - amountMinor
  if (invoice.status === 'issued' && openMinor > 0n) return applyCreditByItself(means, trx, invoice, actor)
  return settleOpen(means, trx, { invoice, openMinor }, actor)
}

interface Taken {
  invoice: InvoiceRow
  uses: readonly Use[]
  today: IsoDate
}

/** Answers how much was taken. */
async function take(means: Means, trx: Trx, { invoice, uses, today }: Taken): Promise<bigint> {
  const amountMinor = uses.reduce((sum, use) => sum + use.amountMinor, 0n)
  if (amountMinor === 0n) return 0n
  const id = means.newId('alc')
  const now = means.business.now()
  const { currency, client_id: clientId, brand_id: brandId } = invoice
  await trx.insert('allocations', [
    {
      ...{ id, invoice_id: invoice.id, payment_id: null, client_id: clientId, kind: 'credit' },
      ...{ currency, amount_minor: amountMinor, created_at: now },
    },
  ])
  await trx.insert(
    'credit_uses',
    uses.flatMap((use) =>
      use.grantId === null
        ? []
        : [
            {
              ...{ id: means.newId('crs'), grant_id: use.grantId, invoice_id: invoice.id, kind: 'use' },
              ...{ amount_minor: use.amountMinor, created_at: now },
            },
          ],
    ),
  )
  await postJournal(means, trx, {
    ...{ kind: 'credit_applied', sourceId: id, brandId },
    effectiveOn: today,
    postings: [
      { account: account.clientCredit, currency, clientId, amountMinor },
      { account: account.receivable, currency, clientId, amountMinor: -amountMinor },
    ],
  })
  return amountMinor
}

/** What a document took from grants goes back to them; one that has ended meanwhile is booked out by the next run. */
export async function returnGrants(means: Means, trx: Trx, invoiceId: string): Promise<void> {
  const amountMinor = (await usedOn(trx, [invoiceId])).get(invoiceId) ?? 0n
  await returnPart(means, trx, { invoiceId, amountMinor })
}

interface Trimmed {
  invoiceId: string
  /** Beside credit notes. */
  worthMinor: bigint
  mostMinor: bigint
}

/** What grants paid beyond the worth of a document goes back to them. */
async function trimGrants(
  means: Means,
  trx: Trx,
  { invoiceId, worthMinor, mostMinor }: Trimmed,
): Promise<void> {
  const used = (await usedOn(trx, [invoiceId])).get(invoiceId) ?? 0n
  if (used === 0n || mostMinor <= 0n) return
  const beyond = used - ((await worthOf(trx, invoiceId)) ?? worthMinor)
  await returnPart(means, trx, { invoiceId, amountMinor: mostMinor < beyond ? mostMinor : beyond })
}

/** So much goes back into the grants that paid a document, last used first. */
export async function returnPart(
  means: Means,
  trx: Trx,
  { invoiceId, amountMinor: wantedMinor }: GrantsPart,
): Promise<void> {
  if (wantedMinor <= 0n) return
  const used = await trx.all<{ grant_id: string; used_minor: bigint }>(sql`
    select grant_id, sum(amount_minor) as used_minor from credit_uses where invoice_id = ${invoiceId}
    group by grant_id having sum(amount_minor) > 0 order by max(id) desc`)
  let left = wantedMinor
  const returned = used.flatMap(({ grant_id, used_minor }) => {
    const amountMinor = left < used_minor ? left : used_minor
    if (amountMinor <= 0n) return []
    left -= amountMinor
    return [{ grant_id, amount_minor: -amountMinor }]
  })
  await trx.insert(
    'credit_uses',
    returned.map((row) => ({
      ...{ id: means.newId('crs'), invoice_id: invoiceId, kind: 'return', created_at: means.business.now() },
      ...row,
    })),
  )
}
