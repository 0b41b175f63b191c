import { sql, type Queries } from '../../db/index.ts'
import type { PaymentFacts } from './gateway-rules.ts'
import type { Instant } from '../../kernel/index.ts'
import { readGateways, type GatewayInstance, type InstanceRow } from './gateway.ts'

export interface PayWays {
  /** In the order in which staff put them. */
  gateways: GatewayInstance[]
  /** What the client saved at one of them: the preferred one first, then the oldest. */
  methods: { id: string; label: string; rules: string | null }[]
}

type WayRow = InstanceRow & {
  method_id: string | null
  label: string
  preferred: number
  saved_at: Instant
}

/** How a client, or somebody who is none yet, can pay now: one statement. */
export async function listPayWays(
  queries: Queries,
  { brandId, clientId, facts = {} }: { brandId: string; clientId: string | null; facts?: PaymentFacts },
): Promise<PayWays> {
  const rows = await readGateways<WayRow>(
    queries,
    { brandId, facts },
    {
      columns: sql`, m.id as method_id, m.label, m.preferred, m.created_at as saved_at`,
      from: sql`left join payment_methods m on m.instance_id = i.id and m.client_id = ${clientId} and m.removed_at is null`,
    },
  )
  const saved = rows.filter((row) => row.method_id !== null)
  saved.sort((a, b) => b.preferred - a.preferred || (a.saved_at < b.saved_at ? -1 : 1))
  return {
    gateways: [...new Map(rows.map((row) => [row.id, row])).values()],
    methods: saved.map(({ method_id, label, rules }) => ({ id: method_id!, label, rules: rules ?? null })),
  }
}
