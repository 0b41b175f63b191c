import { forUpdate, join, sql, type Sql, type Trx } from '../../db/index.ts'
import { BerthError, type Actor, type IsoDate } from '../../kernel/index.ts'
import { scopedSetting, type Means } from '../../records/index.ts'
import type { DraftInvoice } from '../draft.ts'
import { allocatedTo, type InvoiceRow } from '../invoice.ts'
import { loadBuyers, loadSellers } from '../parties.ts'
import { paymentsFor } from '../payments/index.ts'
import { planTaxedAll } from '../determine-taxes.ts'
import type { PlannedInvoice } from '../plan-invoice.ts'
import { askedNow } from '../instalments/asked-now.ts'
import { owedBetween } from '../instalments/owed-on.ts'
import type { BilledDay } from '../ports.ts'
import { applyCreditByItself } from '../credit/apply-credit.ts'
import { writeInvoices } from '../write-invoices.ts'
import { feeOn, feeSteps, lateFee, type FeeStep, type LateFee } from './late-fee.ts'
import { ofBrands } from './zones.ts'

const BATCH = 100
const SCOPES = { brand: sql`i.brand_id`, client: sql`i.client_id` }

/**
 * Charges for what is not paid in time: a document of its own for each document and step, because what was issued never
 * changes. The fee's row and charge are unique for both, so that no day is charged twice. Answers how many.
 */
export async function chargeLateFees(means: Means, day: BilledDay, actor: Actor): Promise<number> {
  const rules = await scopedSetting(means.db, lateFee)
  let charged = 0
  for (const rule of rules.values) {
    const among = sql`${rules.has(rule, SCOPES)} and ${ofBrands(SCOPES.brand, day.brandIds)}`
    for (const step of feeSteps(rule, day.on)) {
      for (let found = BATCH; found === BATCH;) {
        const batch = await means.db.transaction((trx) =>
          chargeBatch(means, trx, { rule, step, among, on: day.on }, actor),
        )
        found = batch.found
        charged += batch.charged
      }
    }
  }
  return charged
}

interface Step {
  rule: LateFee
  step: FeeStep
  /** Those of the brands that are billed whose scope has this rule. */
  among: Sql
  on: IsoDate
}

/**
 * The documents are kept while their fee is worked out, so that no payment comes between; the row of the fee decides
 * who of two runners charges it.
 */
async function chargeBatch(
  means: Means,
  trx: Trx,
  of: Step,
  actor: Actor,
): Promise<{ found: number; charged: number }> {
  const overdue = await overdueDocuments(trx, of)
  const allocated = await allocatedTo(
    trx,
    overdue.map((row) => row.id),
  )
  const fees: Fee[] = []
  for (const invoice of overdue) {
    const openMinor = invoice.total_minor - (allocated.get(invoice.id) ?? 0n)
    const baseMinor = await askedNow(means, trx, { invoice, openMinor })
    const amountMinor = feeOn(of.rule, baseMinor, invoice.currency)
    fees.push({ invoice, baseMinor, amountMinor, id: means.newId('inv') })
  }
  const planned = await planFees(means, trx, of, fees)
  const claimed = await claimFees(trx, of, planned)
  await issueFees(means, trx, claimed, actor)
  // Those whose tax is not known are found again by the next run.
  return { found: planned.length, charged: claimed.length }
}

async function claimFees<F extends Fee>(trx: Trx, { on }: Step, fees: readonly F[]): Promise<F[]> {
  if (fees.length === 0) return []
  const rows = fees.map(
    ({ invoice, id, baseMinor, amountMinor }) =>
      sql`(${invoice.id}, ${invoice.fee_step}, ${amountMinor > 0n ? id : null}, ${invoice.client_id}, ${baseMinor}, ${amountMinor}, ${on})`,
  )
  const claimed = await trx.all<{ document_id: string }>(sql`
    insert into late_fees (document_id, step, fee_id, client_id, base_minor, amount_minor, charged_on) values ${join(rows, ', ')}
    on conflict (document_id, step) do nothing returning document_id`)
  const ids = new Set(claimed.map((row) => row.document_id))
  return fees.filter(({ invoice }) => ids.has(invoice.id))
}

/** A fee on a fee is never charged, nor one while money is on its way. */
function overdueDocuments(trx: Trx, { step, among }: Step): Promise<Overdue[]> {
  return trx.all<Overdue>(sql`
    select i.*, ${stepOfFee(step.step)} as fee_step from invoices i join clients c on c.id = i.client_id
    where i.status = 'issued' and i.kind = 'invoice' and i.proforma = 0 and i.origin <> 'late_fee' and i.total_minor > 0
      and i.in_collections_at is null and ${owedBetween(step.dueFrom, step.dueTo)} and c.late_fees = 1 and ${among}
      and not exists (select 1 from late_fees f where f.document_id = i.id and f.step = ${stepOfFee(step.step)})
      and not exists (select 1 from payments p where ${paymentsFor(sql`i.id`)} and p.status in ('pending', 'authorised', 'unknown'))
    order by i.id limit ${BATCH} ${trx.dialect === 'postgres' ? sql`${forUpdate(trx.dialect)} of i` : sql``}`)
}

/** Each part of a plan has steps of its own: a hundred for one. */
const stepOfFee = (
  step: number,
): Sql => sql`(cast(${step} as integer) + case when i.owed_on is null then 0 else
  100 * (select count(*) from instalments t where t.invoice_id = i.id and t.due_on <= i.owed_on) end)`

interface Overdue extends InvoiceRow {
  fee_step: number
}

interface Fee {
  invoice: Overdue
  /** Of the document that charges it. */
  id: string
  baseMinor: bigint
  amountMinor: bigint
}

/** Without those whose tax could not be determined. */
async function planFees(
  means: Means,
  trx: Trx,
  of: Step,
  fees: readonly Fee[],
): Promise<(Fee & { plan: PlannedInvoice | null })[]> {
  if (fees.length === 0) return []
  const buyers = await loadBuyers(trx, [...new Set(fees.map(({ invoice }) => invoice.client_id))])
  const brandIds = [...new Set(fees.map(({ invoice }) => invoice.brand_id))]
  const sellers = await loadSellers(trx, brandIds, [...buyers.keys()])
  const charged = fees.filter((fee) => fee.amountMinor > 0n)
  const cases = charged.map((fee) => ({
    ...{ draft: draftOf(of, fee), buyer: buyers.get(fee.invoice.client_id)! },
    ...{ from: sellers.get(fee.invoice.brand_id)!, issuedOn: of.on },
  }))
  const plans = await planTaxedAll(means, trx, cases)
  return fees.flatMap((fee) => {
    const at = charged.indexOf(fee)
    const plan = at < 0 ? null : plans[at]!
    if (!(plan instanceof BerthError)) return [{ ...fee, plan }]
    means.log.warn({ invoice: fee.invoice.id, error: plan.message }, 'late fee not charged')
    return []
  })
}

async function issueFees(
  means: Means,
  trx: Trx,
  fees: readonly { plan: PlannedInvoice | null }[],
  actor: Actor,
): Promise<void> {
  const plans = fees.flatMap(({ plan }) => (plan ? [plan] : []))
  for (const ofBrand of Map.groupBy(plans, ({ draft }) => draft.brandId).values())
    for (const row of await writeInvoices(means, trx, ofBrand, actor))
      await applyCreditByItself(means, trx, row, actor)
}

function draftOf({ rule, step, on }: Step, { invoice, baseMinor, amountMinor, id }: Fee): DraftInvoice {
  return {
    id,
    ...{ brandId: invoice.brand_id, clientId: invoice.client_id, currency: invoice.currency },
    ...{ origin: 'late_fee', originId: invoice.id, dueOn: on },
    lines: [
      {
        ...{ sourceId: invoice.id, kind: 'late_fee', cause: `step_${invoice.fee_step}`, quantity: 1 },
        description: `Late fee on ${invoice.number}`,
        ...{ unitMinor: amountMinor, amountMinor, taxClass: rule.tax_class },
        ...{ periodStart: invoice.owed_on ?? invoice.due_on, periodEnd: on },
        trace: {
          ...{ number: invoice.number, step: step.step, of: baseMinor.toString(), rule: rule.kind },
          ...(rule.kind === 'percent' ? { percent: rule.percent ?? '0' } : {}),
        },
      },
    ],
  }
}
