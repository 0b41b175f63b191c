import { money } from '../../../../sdk/index.ts'
import type { Translate } from '../../../i18n/index.ts'
import type { PricedChange } from '../../../services/index.ts'
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
