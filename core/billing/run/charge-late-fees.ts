import { join, sql, type Trx } from '../../db/index.ts'
import type { Actor, IsoDate } from '../../kernel/index.ts'
import type { Means, ScopedSetting } from '../../records/index.ts'
import type { PlannedInvoice } from '../plan-invoice.ts'
import type { BilledDay } from '../ports.ts'
import { applyCreditByItself } from '../credit/apply-credit.ts'
import { writeInvoices } from '../write-invoices.ts'
import { eachByItself } from './each-by-itself.ts'
import { feeSteps, type LateFee } from './late-fee.ts'
import { overdueDocuments, planLateFees, type Fee, type FeesOfStep } from './plan-late-fees.ts'
import { ofBrands } from './zones.ts'

const BATCH = 100
export const FEE_SCOPES = { brand: sql`i.brand_id`, client: sql`i.client_id` }

/**
 * Charges for what is not paid in time: a document of its own for each document and step, because what was issued never
 * changes. The fee's row and charge are unique for both, so that no day is charged twice. Answers how many.
 */
export async function chargeLateFees(
  means: Means,
  day: BilledDay & { rules: { lateFee: ScopedSetting<LateFee> } },
  actor: Actor,
): Promise<number> {
  const rules = day.rules.lateFee
  let charged = 0
  for (const rule of rules.values) {
    const among = sql`${rules.has(rule, FEE_SCOPES)} and ${ofBrands(FEE_SCOPES.brand, day.brandIds)}`
    for (const step of feeSteps(rule, day.on))
      charged += await chargeStep(means, { rule, step, among, on: day.on }, actor)
  }
  return charged
}

/** What fails for many is done for each document by itself, so that one stands in the way of no other. */
async function chargeStep(means: Means, of: Step, actor: Actor): Promise<number> {
  let charged = 0
  try {
    for (let found = BATCH; found === BATCH;) {
      const batch = await means.db.transaction((trx) => chargeBatch(means, trx, of, actor))
      found = batch.found
      charged += batch.charged
    }
  } catch (error) {
    if ((error as { code?: string }).code === 'database.unavailable') throw error
    charged += await chargeEach(means, of, actor)
  }
  return charged
}

async function chargeEach(means: Means, of: Step, actor: Actor): Promise<number> {
  const daily = { refusal: 'late_fee.charge_refused', failure: 'late_fee.charge_failed', actor }
  let charged = 0
  for (let after = ''; ;) {
    const rows = await overdueDocuments(means.db, { ...of, limit: BATCH, after, onDay: () => of.on })
    if (rows.length === 0) return charged
    after = rows.at(-1)!.id
    for (const { id } of rows) {
      const alone = { ...of, among: sql`${of.among} and i.id = ${id}` }
      charged += await eachByItself(means, { ...daily, ids: [id] }, async (trx) => {
        return (await chargeBatch(means, trx, alone, actor)).charged
      })
    }
  }
}

interface Step extends FeesOfStep {
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
  const planned = await planLateFees(means, trx, { ...of, limit: BATCH, after: '', onDay: () => of.on })
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
