import type { Queries, Trx } from '../db/index.ts'
import { assert, type Actor } from '../kernel/index.ts'
import { demandCheck, type Means } from '../records/index.ts'
import { issueAsking } from './check-issue.ts'
import type { DraftInvoice } from './draft.ts'
import type { InvoiceRow } from './invoice.ts'
import { loadBuyers, loadSeller } from './parties.ts'
import { applyCreditByItself } from './credit/apply-credit.ts'
import { creditBalance } from './ledger.ts'
import { planTaxed } from './determine-taxes.ts'
import type { PlannedInvoice } from './plan-invoice.ts'
import { writeInvoices } from './write-invoices.ts'

/**
 * Issues one document in the caller's transaction, uses the client's credit for it, and marks it paid when nothing is
 * left to pay. Orders, changes and staff come here; the billing run writes many at once by the same planner and writer.
 */
export async function issueInvoice(
  means: Means,
  trx: Trx,
  draft: DraftInvoice,
  actor: Actor,
): Promise<InvoiceRow> {
  const plan = await withoutNeedlessProforma(trx, await planDocument(means, trx, draft))
  demandCheck(means, trx, actor, issueAsking(plan))
  const [invoice] = await writeInvoices(means, trx, [plan], actor)
  return applyCreditByItself(means, trx, invoice!, actor)
}

/** One document as it would be issued today, with its taxes and sums. */
export async function planDocument(
  means: Pick<Means, 'business' | 'hooks' | 'db'>,
  queries: Queries,
  draft: DraftInvoice,
): Promise<PlannedInvoice> {
  const seller = await loadSeller(queries, draft.brandId, draft.clientId)
  const buyer = (await loadBuyers(queries, [draft.clientId])).get(draft.clientId)
  assert(buyer, `client ${draft.clientId} exists`)
  const issuedOn = means.business.today(seller.zone)
  return planTaxed(means, queries, { draft, buyer, from: seller, issuedOn })
}

/** What the client's credit pays at once needs no proforma. */
async function withoutNeedlessProforma(trx: Trx, plan: PlannedInvoice): Promise<PlannedInvoice> {
  if (!plan.proforma) return plan
  const credit = await creditBalance(trx, plan.draft.clientId, plan.draft.currency)
  return credit < plan.totalMinor ? plan : { ...plan, proforma: false }
}
