import { forUpdate, sql, type Queries, type Sql } from '../../db/index.ts'
import { BerthError, type IsoDate } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { DraftInvoice } from '../draft.ts'
import { allocatedTo, type InvoiceRow } from '../invoice.ts'
import { loadBuyers, loadSellers } from '../parties.ts'
import { paymentsFor } from '../payments/index.ts'
import { planTaxedAll } from '../determine-taxes.ts'
import type { PlannedInvoice } from '../plan-invoice.ts'
import { askedNow } from '../instalments/asked-now.ts'
import { owedBetween } from '../dunning/owed-on.ts'
import { feeOn, type FeeStep, type LateFee } from './late-fee.ts'
import { presentWorld, type World } from './world-ahead.ts'

export interface FeesOfStep {
  rule: LateFee
  step: FeeStep
  /** Those of the brands that are billed whose scope has this rule. */
  among: Sql
}

export interface FeesWanted extends FeesOfStep {
  /** Documents in the order of their ids, from this one on. */
  after: string
  limit: number
  /** When the fee for a document is charged; null: never, its day is over. */
  onDay: (invoice: Overdue) => IsoDate | null
  /** Where the documents are looked for. */
  world?: World
}

/** Null: what is charged comes to nothing. */
export type PlannedFee = Fee & { plan: PlannedInvoice | null }

/** The fees for documents of a step, for the run and for its preview. In a transaction the documents are kept. */
export async function planLateFees(means: Means, queries: Queries, of: FeesWanted): Promise<PlannedFee[]> {
  const overdue = await overdueDocuments(queries, of)
  if (overdue.length === 0) return []
  const allocated = await allocatedTo(
    queries,
    overdue.map((row) => row.id),
  )
  const fees: Fee[] = []
  for (const invoice of overdue) {
    const openMinor = invoice.total_minor - (allocated.get(invoice.id) ?? 0n)
    const baseMinor = await askedNow(means, queries, { invoice, openMinor })
    const amountMinor = feeOn(of.rule, baseMinor, invoice.currency)
    const on = of.onDay(invoice)
    if (on !== null) fees.push({ invoice, on, baseMinor, amountMinor, id: means.newId('inv') })
  }
  return planFees(means, queries, of, fees)
}

/** A fee on a fee is never charged, nor one while money is on its way. */
export function overdueDocuments(
  queries: Queries,
  { step, among, after, limit, world = presentWorld }: FeesWanted,
): Promise<Overdue[]> {
  const kept =
    'answers' in queries && queries.dialect === 'postgres' ? sql`${forUpdate(queries.dialect)} of i` : sql``
  const found = sql`
    select ${OVERDUE}, ${stepOfFee(step.step)} as fee_step from invoices i join clients c on c.id = i.client_id
    where i.status = 'issued' and i.kind = 'invoice' and i.proforma = 0 and i.origin <> 'late_fee' and i.total_minor > 0
      and i.id > ${after} and i.in_collections_at is null and i.suspected_at is null and ${owedBetween(step.dueFrom, step.dueTo)} and c.late_fees = 1 and ${among}
      and not exists (select 1 from late_fees f where f.document_id = i.id and f.step = ${stepOfFee(step.step)})
      and not exists (select 1 from payments p where ${paymentsFor(sql`i.id`)} and p.status in ('pending', 'authorised', 'unknown'))
    order by i.id limit ${limit} ${kept}`
  return queries.all<Overdue>(world(found))
}

/** Each part of a plan has steps of its own: a hundred for one. */
const stepOfFee = (
  step: number,
): Sql => sql`(cast(${step} as integer) + case when i.owed_on is null then 0 else
  100 * (select count(*) from instalments t where t.invoice_id = i.id and t.due_on <= i.owed_on) end)`

export type Overdue = { fee_step: number } & Pick<
  InvoiceRow,
  'id' | 'number' | 'brand_id' | 'client_id' | 'currency' | 'due_on' | 'owed_on' | 'total_minor'
>
const OVERDUE = sql`i.id, i.number, i.brand_id, i.client_id, i.currency, i.due_on, i.owed_on, i.total_minor`

export interface Fee {
  invoice: Overdue
  on: IsoDate
  /** Of the document that charges it. */
  id: string
  baseMinor: bigint
  amountMinor: bigint
}

/** Without those whose tax could not be determined. */
async function planFees(
  means: Means,
  queries: Queries,
  of: FeesWanted,
  fees: readonly Fee[],
): Promise<PlannedFee[]> {
  if (fees.length === 0) return []
  const buyers = await loadBuyers(queries, [...new Set(fees.map(({ invoice }) => invoice.client_id))])
  const brandIds = [...new Set(fees.map(({ invoice }) => invoice.brand_id))]
  const sellers = await loadSellers(queries, brandIds, [...buyers.keys()])
  const charged = fees.filter((fee) => fee.amountMinor > 0n)
  const cases = charged.map((fee) => ({
    ...{ draft: draftOf(of, fee), buyer: buyers.get(fee.invoice.client_id)! },
    ...{ from: sellers.get(fee.invoice.brand_id)!, issuedOn: fee.on },
  }))
  const plans = await planTaxedAll(means, queries, cases)
  return fees.flatMap((fee) => {
    const at = charged.indexOf(fee)
    const plan = at < 0 ? null : plans[at]!
    if (!(plan instanceof BerthError)) return [{ ...fee, plan }]
    means.log.warn({ invoice: fee.invoice.id, error: plan.message }, 'late fee not charged')
    return []
  })
}

function draftOf({ rule, step }: FeesWanted, { invoice, on, baseMinor, amountMinor, id }: Fee): DraftInvoice {
  return {
    id,
    ...{ brandId: invoice.brand_id, clientId: invoice.client_id, currency: invoice.currency },
    ...{ origin: 'late_fee', originId: invoice.id, dueOn: on },
    lines: [
      {
        ...{ sourceId: invoice.id, kind: 'late_fee', cause: `step_${invoice.fee_step}`, quantity: 1 },
        description: invoice.number === null ? 'Late fee' : `Late fee on ${invoice.number}`,
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
