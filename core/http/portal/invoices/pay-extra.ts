import { money, type Money } from '../../../../sdk/index.ts'
import {
  chargeKey,
  extraOf,
  withExtra,
  type GatewayRules,
  type Invoice,
  type Payments,
} from '../../../billing/index.ts'
import { list, sql } from '../../../db/index.ts'

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

/** The rules by gateway: those of saved methods may be of one that is not offered. */
export async function rulesOf(
  means: Payments,
  known: readonly { id: string; rules?: string | null }[],
  wanted: readonly string[],
): Promise<Map<string, string | null>> {
  const rules = new Map(known.map((gateway) => [gateway.id, gateway.rules ?? null]))
  const missing = [...new Set(wanted.filter((id) => !rules.has(id)))]
  if (missing.length === 0) return rules
  const rows = await means.db.all<{ instance_id: string; rules: string }>(
    sql`select instance_id, rules from gateway_rules where instance_id in (${list(missing)})`,
  )
  for (const row of rows) rules.set(row.instance_id, row.rules)
  return rules
}
