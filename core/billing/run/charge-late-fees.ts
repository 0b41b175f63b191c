import { forUpdate, sql, type Sql, type Trx } from '../../db/index.ts'
import type { Actor, IsoDate } from '../../kernel/index.ts'
import { scopedSetting, type Means } from '../../records/index.ts'
import type { DraftInvoice } from '../draft.ts'
import { allocatedTo, type InvoiceRow } from '../invoice.ts'
import { loadBuyers, loadSellers } from '../parties.ts'
import { paymentsFor } from '../payments/index.ts'
import { planInvoice, type PlannedInvoice } from '../plan-invoice.ts'
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
      for (let done = BATCH; done === BATCH;) {
        done = await means.db.transaction((trx) =>
          chargeBatch(means, trx, { rule, step, among, on: day.on }, actor),
        )
        charged += done
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

/** The documents are kept while their fee is worked out, so that no payment comes between. */
async function chargeBatch(means: Means, trx: Trx, of: Step, actor: Actor): Promise<number> {
  const overdue = await overdueDocuments(trx, of)
  if (overdue.length === 0) return 0
  const allocated = await allocatedTo(
    trx,
    overdue.map((row) => row.id),
  )
  const fees = overdue.map((invoice) => {
    const baseMinor = invoice.total_minor - (allocated.get(invoice.id) ?? 0n)
    return { invoice, baseMinor, amountMinor: feeOn(of.rule, baseMinor, invoice.currency) }
  })
  const issued = await issueFees(
    means,
    trx,
    { ...of, fees: fees.filter((fee) => fee.amountMinor > 0n) },
    actor,
  )
  await trx.insert(
    'late_fees',
    fees.map(({ invoice, baseMinor, amountMinor }) => ({
      ...{ document_id: invoice.id, step: of.step.step, fee_id: issued.get(invoice.id) ?? null },
      ...{
        client_id: invoice.client_id,
        base_minor: baseMinor,
        amount_minor: amountMinor,
        charged_on: of.on,
      },
    })),
  )
  return overdue.length
}

/** A fee on a fee is never charged, nor one while money is on its way. */
function overdueDocuments(trx: Trx, { step, among }: Step): Promise<InvoiceRow[]> {
  return trx.all<InvoiceRow>(sql`
    select i.* from invoices i join clients c on c.id = i.client_id
    where i.status = 'issued' and i.kind = 'invoice' and i.proforma = 0 and i.origin <> 'late_fee' and i.total_minor > 0
      and i.in_collections_at is null and i.due_on between ${step.dueFrom} and ${step.dueTo} and c.late_fees = 1 and ${among}
      and not exists (select 1 from late_fees f where f.document_id = i.id and f.step = ${step.step})
      and not exists (select 1 from payments p where ${paymentsFor(sql`i.id`)} and p.status in ('pending', 'authorised', 'unknown'))
    order by i.id limit ${BATCH} ${trx.dialect === 'postgres' ? sql`${forUpdate(trx.dialect)} of i` : sql``}`)
}

interface Fee {
  invoice: InvoiceRow
  baseMinor: bigint
  amountMinor: bigint
}

/** The document of each fee by the id of what it is charged on. */
async function issueFees(
  means: Means,
  trx: Trx,
  of: Step & { fees: readonly Fee[] },
  actor: Actor,
): Promise<Map<string, string>> {
  const buyers = await loadBuyers(trx, [...new Set(of.fees.map(({ invoice }) => invoice.client_id))])
  const brandIds = [...new Set(of.fees.map(({ invoice }) => invoice.brand_id))]
  const sellers = await loadSellers(trx, brandIds)
  const issued = new Map<string, string>()
  for (const brandId of brandIds) {
    const plans: PlannedInvoice[] = of.fees
      .filter(({ invoice }) => invoice.brand_id === brandId)
      .map((fee) => {
        const { client_id } = fee.invoice
        return planInvoice(draftOf(of, fee), buyers.get(client_id)!, sellers.get(brandId)!, of.on)
      })
    for (const row of await writeInvoices(means, trx, plans, actor)) {
      issued.set(row.origin_id!, row.id)
      await applyCreditByItself(means, trx, row, actor)
    }
  }
  return issued
}

function draftOf({ rule, step, on }: Step, { invoice, baseMinor, amountMinor }: Fee): DraftInvoice {
  return {
    ...{ brandId: invoice.brand_id, clientId: invoice.client_id, currency: invoice.currency },
    ...{ origin: 'late_fee', originId: invoice.id, dueOn: on },
    lines: [
      {
        ...{ sourceId: invoice.id, kind: 'late_fee', cause: `step_${step.step}`, quantity: 1 },
        description: `Late fee on ${invoice.number}`,
        ...{ unitMinor: amountMinor, amountMinor, taxClass: rule.tax_class },
        ...{ periodStart: invoice.due_on, periodEnd: on },
        trace: {
          ...{ number: invoice.number, step: step.step, of: baseMinor.toString(), rule: rule.kind },
          ...(rule.kind === 'percent' ? { percent: rule.percent ?? '0' } : {}),
        },
      },
    ],
  }
}
