import { sql, type Trx } from '../../db/index.ts'
import { assert, type Actor, type IsoDate } from '../../kernel/index.ts'
import { readSetting, type Means } from '../../records/index.ts'
import type { InvoiceRow } from '../invoice.ts'
import { takesMoney } from '../proforma/finalise-proforma.ts'
import { account, creditBalance, postJournal } from '../ledger.ts'
import { recoverLoss } from '../recover-loss.ts'
import { useCreditAlways } from '../settings.ts'
import { openAmount, settleInvoice, settleOpen, todayOf } from '../settle-invoice.ts'
import { lockCredit } from './credit-standing.ts'
import { orderOfUse, type Use } from './order-of-use.ts'

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
  const uses = orderOfUse(grants, paidMinor, { wantedMinor, today })
  const takenMinor = await take(means, trx, { invoice, uses, today })
  return settleOpen(means, trx, { invoice, openMinor: open - takenMinor }, actor)
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

/**
 * The value of a note that credits a claim which was given up pays what is open of it: as much of the loss is none.
 * It is in the client's credit already, paid and not granted, so grants stay what they are.
 */
export async function applyNoteToLoss(
  means: Means,
  trx: Trx,
  { invoice, note }: { invoice: InvoiceRow; note: InvoiceRow },
  actor: Actor,
): Promise<InvoiceRow> {
  assert(invoice.status === 'written_off', `${invoice.id} was given up`)
  const open = await openAmount(trx, invoice)
  const amountMinor = -note.total_minor < open ? -note.total_minor : open
  const today = await todayOf(means, trx, invoice.brand_id)
  await take(means, trx, { invoice, uses: [{ grantId: null, amountMinor }], today })
  if (amountMinor > 0n) await recoverLoss(means, trx, { source: note, amountMinor })
  return settleOpen(means, trx, { invoice, openMinor: open - amountMinor }, actor)
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
  const used = await trx.all<{ grant_id: string; used_minor: bigint }>(sql`
    select grant_id, sum(amount_minor) as used_minor from credit_uses where invoice_id = ${invoiceId}
    group by grant_id having sum(amount_minor) > 0 order by grant_id`)
  await trx.insert(
    'credit_uses',
    used.map((row) => ({
      ...{ id: means.newId('crs'), grant_id: row.grant_id, invoice_id: invoiceId, kind: 'return' },
      ...{ amount_minor: -row.used_minor, created_at: means.business.now() },
    })),
  )
}
