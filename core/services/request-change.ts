import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { eachByItself, type DraftInvoice } from '../billing/index.ts'
import { sql, type Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { applyTransition, defineVerb, demandCheck, findRow, type Means } from '../records/index.ts'
import { applyChange, isStale, TOO_LATE } from './apply-change.ts'
import { changeLifecycle } from './change-lifecycle.ts'
import { forUpdate, lockOwnService } from './load.ts'
import { freeOfChange, holdForChange } from './change-stock.ts'
import type { ChangeState } from './change-state.ts'
import type { ChangePlan } from './plan-change.ts'
import { moneyIn, type ChangeMeans, type Offer } from './ports.ts'
import { ChangeWish, draftOf, priceChange, type PricedChange } from './preview-change.ts'
import type { ChangeRow, ServiceRow } from './rows.ts'
import { demandUnits } from './units-limit.ts'

export interface RequestedChange {
  id: string
  status: 'pending' | 'applied'
  /** To be paid before the change happens. */
  invoiceId: string | null
}

/**
 * Changes plan or options. What costs something, tax included, waits for its invoice; what costs nothing, or gives credit, happens at
 * once. A change that still waited is replaced and its invoice taken back.
 */
export const requestChange = defineVerb(
  {
    permission: 'service.change',
    asks: ['service.change_plan:check'],
    audience: ['client', 'staff'],
    input: ChangeWish,
  },
  (means: ChangeMeans, input, actor): Promise<RequestedChange> =>
    means.db.transaction(async (trx) => {
      const service = await lockOwnService(trx, actor, { id: input.service_id, right: 'service.change' })
      demandCheck(means, trx, actor, {
        ...{ noun: 'service', transition: 'change_plan', from: 'as_is', to: 'changed', row: service },
        facts: { product_id: input.product_id ?? service.product_id, options: input.options },
      })
      await means.changes.lockCharged(trx, [service.id])
      await replacePending(means, trx, service, actor)
      const changeId = means.newId('chn')
      const priced = await priceChange(means, trx, { service, wish: input, changeId })
      await demandRoom(trx, priced)
      const stockHeld = await holdForChange(trx, priced)
      const draft = draftOf(means, priced, changeId)
      const owes = signOf(priced)
      const invoice = owes === 'owed' ? await means.changes.issueInvoice(means, trx, draft, actor) : null
      const row = rowOf(means, priced, { id: changeId, invoiceId: invoice?.id ?? null, stockHeld, actor })
      await trx.insert('service_changes', [row])
      await audit(means, trx, row, actor)
      if (invoice) return { id: row.id, status: 'pending', invoiceId: invoice.id }
      if (owes === 'returned') await giveBack(means, trx, { priced, draft, changeId }, actor)
      await applyChange(means, trx, { change: row, service }, actor)
      return { id: row.id, status: 'applied', invoiceId: null }
    }),
)

/** A client who may have so many of a product has no more of it by a change either. */
async function demandRoom(trx: Trx, { service, offer }: PricedChange): Promise<void> {
  const { productId, quantity: units } = offer
  if (productId === service.product_id && units <= service.quantity) return
  const client = { id: service.client_id, brand_id: service.brand_id }
  await demandUnits(trx, client, [{ productId, units }], service.id)
}

/**
 * The sum after tax decides: plans of other taxes may owe something before it and nothing after it, or the other way round.
 * Where nothing moves but tax, or a plugin has taken all of it off, a document says so.
 */
function signOf({ added, sums: { totalMinor, taxMinor } }: PricedChange): 'owed' | 'returned' | 'nothing' {
  if (totalMinor < 0n) return 'returned'
  return totalMinor > 0n || taxMinor !== 0n || added.length > 0 ? 'owed' : 'nothing'
}

/** The value that a cheaper plan leaves over: credit of the client, which goes back to its source where it shall. */
async function giveBack(
  means: ChangeMeans,
  trx: Trx,
  { priced, draft, changeId }: { priced: PricedChange; draft: DraftInvoice; changeId: string },
  actor: Actor,
): Promise<void> {
  const note = await means.changes.giveCredit(means, trx, draft, actor)
  if (priced.unused !== 'refund') return
  const paidFor = { serviceIds: [priced.service.id], reason: 'Unused time after a change' }
  const refund = { noteId: note.id, mostMinor: moneyIn(note), once: changeId, ...paidFor }
  await means.changes.refundCredit(means, trx, refund, actor)
}

/** Takes back a change that waits for its payment. */
export const cancelChange = defineVerb(
  {
    permission: 'service.cancel_change',
    asks: ['service_change.cancel:check'],
    audience: ['client', 'staff'],
    input: Type.Object({ change_id: Type.String() }),
  },
  (means: ChangeMeans, input, actor) =>
    means.db.transaction(async (trx) => {
      const scope = { service: 'service_id', right: 'service.cancel_change' }
      const wanted = { table: 'service_changes', what: 'service change', id: input.change_id, scope }
      const row = await findRow<ChangeRow>(trx, actor, wanted)
      await drop(means, trx, { row, name: 'cancel' }, actor)
    }),
)

/**
 * The daily step: takes back changes whose service was charged again, or was cancelled, before their invoice was paid; the
 * sum on that invoice no longer fits, each for itself. Answers how many.
 */
export async function dropStaleChanges(means: ChangeMeans, actor: Actor): Promise<number> {
  const pending = await means.db.all<ChangeRow & Standing>(sql`
    select c.*, s.charged_through, s.billing_status from service_changes c join services s on s.id = c.service_id
    where c.status = 'pending' order by c.id`)
  const daily = { refusal: 'service_change.cancel_refused', failure: 'service_change.cancel_failed', actor }
  let dropped = 0
  for (const row of pending.filter((one) => isStale(one, one)))
    dropped += await eachByItself(means, { ...daily, ids: [row.id] }, async (trx) => {
      await drop(means, trx, { row, name: 'cancel', unasked: TOO_LATE }, actor)
      return 1
    })
  return dropped
}

type Standing = Pick<ServiceRow, 'charged_through' | 'billing_status'>

async function replacePending(
  means: ChangeMeans,
  trx: Trx,
  service: ServiceRow,
  actor: Actor,
): Promise<void> {
  const pending = await trx.all<ChangeRow>(sql`
    select * from service_changes where service_id = ${service.id} and status = 'pending' ${forUpdate(trx)}`)
  for (const row of pending) await drop(means, trx, { row, name: 'replace' }, actor)
}

async function drop(
  means: ChangeMeans,
  trx: Trx,
  { row, ...move }: { row: ChangeRow; name: 'replace' | 'cancel'; unasked?: string },
  actor: Actor,
): Promise<void> {
  const change = { body: { service_id: row.service_id } }
  await applyTransition(means, trx, { lifecycle: changeLifecycle, row, ...move, actor, change })
  await freeOfChange(trx, row)
  if (row.invoice_id !== null) await means.changes.voidInvoice(means, trx, row.invoice_id, actor)
}

function rowOf(
  means: Means,
  { service, offer, plan }: PricedChange,
  {
    id,
    invoiceId,
    stockHeld,
    actor,
  }: { id: string; invoiceId: string | null; stockHeld: number; actor: Actor },
): ChangeRow {
  const now = means.business.now()
  return {
    id,
    brand_id: service.brand_id,
    client_id: service.client_id,
    service_id: service.id,
    kind: offer.productId === service.product_id && offer.cycle === service.cycle ? 'options' : 'plan',
    status: changeLifecycle.initial,
    before_state: JSON.stringify(stateBefore(service)),
    after_state: JSON.stringify(stateAfter(offer, plan)),
    effective_on: means.business.today(service.zone),
    invoice_id: invoiceId,
    amount_minor: plan.totalMinor,
    currency: service.currency,
    stock_held: stockHeld,
    actor: actor.id,
    version: 1,
    created_at: now,
    updated_at: now,
  }
}

const stateBefore = (service: ServiceRow) => ({
  productId: service.product_id,
  cycle: service.cycle,
  priceId: service.price_id,
  amountMinor: service.amount_minor.toString(),
  recurringMinor: service.recurring_minor.toString(),
  chargedThrough: service.charged_through,
})

function stateAfter(offer: Offer, plan: ChangePlan): ChangeState {
  return {
    productId: offer.productId,
    cycle: offer.cycle,
    priceId: offer.priceId,
    quantity: offer.quantity,
    amountMinor: offer.amountMinor.toString(),
    recurringMinor: offer.recurringMinor.toString(),
    taxClass: offer.taxClass,
    moduleSettings: offer.moduleSettings,
    options: offer.options.map((option) => ({ ...option, amountMinor: option.amountMinor.toString() })),
    days: plan.days,
  }
}

async function audit(means: Means, trx: Trx, row: ChangeRow, actor: Actor): Promise<void> {
  const scope = { subject: row.service_id, brandId: row.brand_id, clientId: row.client_id }
  const after = { change: row.id, invoice: row.invoice_id, amount_minor: row.amount_minor }
  await recordAudit(means, trx, actor, [{ ...scope, action: 'service.change', after }])
}
