import { money } from '../../../../sdk/index.ts'
import { sql } from '../../../db/index.ts'
import type { Translate } from '../../../i18n/index.ts'
import type { PricedChange } from '../../../services/index.ts'
import type { RouteCtx } from '../../context.ts'
import { formKeys } from '../../page/index.ts'
import { cycleText } from '../cycle-text.ts'

/** The sums of a change for its part of a page. Where prices hold no tax, it has a line of its own. */
export function previewView(t: Translate, { plan, added, offer, service, unused, sums }: PricedChange) {
  const amount = (minor: bigint) => money(minor, service.currency)
  const exactMinor = sums.subtotalMinor + sums.taxMinor
  const [taxMinor, roundingMinor] = [
    exactMinor - plan.totalMinor - sumOf(added),
    sums.totalMinor - exactMinor,
  ]
  const creditedMinor = plan.lines.reduce((sum, { trace }) => sum + BigInt(String(trace.credited ?? 0)), 0n)
  return {
    ...{ credit: amount(plan.creditMinor), charge: amount(plan.chargeMinor), total: amount(sums.totalMinor) },
    added: added.map(({ description, amountMinor }) => ({ label: description, value: amount(amountMinor) })),
    tax: taxMinor === 0n ? null : amount(taxMinor),
    credited: creditedMinor === 0n ? null : amount(creditedMinor),
    promotional: sums.promotionalMinor === 0n ? null : amount(sums.promotionalMinor),
    rounding: roundingMinor === 0n ? null : amount(roundingMinor),
    next: { price: amount(offer.recurringMinor), cycle: cycleText(t, offer.cycle) },
    ...{ isCredit: sums.totalMinor < 0n, isFree: sums.totalMinor === 0n, isRefund: unused === 'refund' },
    keys: formKeys(),
  }
}

const sumOf = (lines: PricedChange['added']): bigint =>
  lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)

/** What a change takes away from the options of the service, and what it brings, as an order says it. */
export async function optionChanges(
  { state: { deps } }: RouteCtx,
  { service, offer }: PricedChange,
): Promise<{ dropped: string[]; brought: string[] }> {
  const rows = await deps.db.all<{ label: string }>(
    sql`select label from service_options where service_id = ${service.id} order by option_id`,
  )
  const [before, after] = [rows, offer.options].map((of) => of.map(({ label }) => label))
  return {
    dropped: before!.filter((label) => !after!.includes(label)),
    brought: after!.filter((label) => !before!.includes(label)),
  }
}
