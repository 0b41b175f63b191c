import { money, type Money } from '../../../../sdk/index.ts'
import {
  chargeKey,
  extraOf,
  withExtra,
  type GatewayRules,
  type Invoice,
  type Payments,
} from '../../../billing/index.ts'

/** What paying this way comes to, as the button says it. */
export interface PayExtra {
  pay: Money
  /** As the form hands it back: a start by other rules is refused. */
  charge: string
  /** What of the sum is a surcharge or was taken off. */
  note: { kind: 'surcharge' | 'discount'; amount: Money } | null
}

export async function payExtra(
  means: Payments,
  { invoice, dueMinor }: { invoice: Invoice; dueMinor: bigint },
  rules: string | null | undefined,
): Promise<PayExtra> {
  const { currency } = invoice
  const read = JSON.parse(rules ?? '{}') as GatewayRules
  const extra = await extraOf(means, means.db, { rules: read, invoice, currency, openMinor: dueMinor })
  return {
    pay: money(withExtra(dueMinor, extra), currency),
    charge: chargeKey(read, currency),
    note: extra && { kind: extra.kind, amount: money(extra.amountMinor, currency) },
  }
}
