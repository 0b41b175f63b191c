import { money } from '../../../../sdk/index.ts'
import { list, sql } from '../../../db/index.ts'
import type { Translate } from '../../../i18n/index.ts'
import type { PricedChange, ServiceRow } from '../../../services/index.ts'
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
  return {
    ...{ credit: amount(plan.creditMinor), charge: amount(plan.chargeMinor), total: amount(sums.totalMinor) },
    added: added.map(({ description, amountMinor }) => ({ label: description, value: amount(amountMinor) })),
    tax: taxMinor === 0n ? null : amount(taxMinor),
    rounding: roundingMinor === 0n ? null : amount(roundingMinor),
    next: { price: amount(offer.recurringMinor), cycle: cycleText(t, offer.cycle) },
    ...{ isCredit: sums.totalMinor < 0n, isFree: sums.totalMinor === 0n, isRefund: unused === 'refund' },
    keys: formKeys(),
  }
}

const sumOf = (lines: PricedChange['added']): bigint =>
  lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)

/** What a change takes away from the options of the service, and what it brings, each as the service has it. */
export async function optionChanges(
  { state: { deps } }: RouteCtx,
  { id }: ServiceRow,
  { offer: { options } }: PricedChange,
): Promise<{ dropped: string[]; brought: string[] }> {
  const present = await deps.db.all<{ option_key: string; value: string; label: string }>(sql`
    select o.option_key, s.value, s.label from service_options s join options o on o.id = s.option_id
    where s.service_id = ${id} order by o.position, o.id`)
  const ids = await deps.db.all<{ id: string; option_key: string }>(
    sql`select id, option_key from options where id in (${list(options.map(({ optionId }) => optionId))})`,
  )
  const keyOf = new Map(ids.map((row) => [row.id, row.option_key]))
  const next = new Map(options.map((option) => [keyOf.get(option.optionId)!, option]))
  const had = new Map(present.map((row) => [row.option_key, row.value]))
  return {
    dropped: present
      .filter(({ option_key: key, value }) => next.get(key)?.value !== value)
      .map(({ label }) => label),
    brought: [...next].filter(([key, { value }]) => had.get(key) !== value).map(([, { label }]) => label),
  }
}
