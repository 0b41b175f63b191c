import { sql, type Queries } from '../../db/index.ts'
import type { Instant } from '../../kernel/index.ts'
import { offeredFor, type PaidFor } from './demand-offered.ts'
import { readActive, type GatewayInstance, type InstanceRow } from './gateway.ts'
import type { MethodRow } from './keep-method.ts'

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
  country: string | null
  client_group_id: string | null
}

/** How a client, or somebody who is none yet, can pay now: one statement. */
export async function listPayWays(
  queries: Queries,
  { brandId, clientId, paid }: { brandId: string; clientId: string | null; paid?: PaidFor },
): Promise<PayWays> {
  const active = await readActive<WayRow>(queries, brandId, {
    columns: sql`, m.id as method_id, m.label, m.preferred, m.created_at as saved_at, c.country, c.client_group_id`,
    from: sql`left join payment_methods m on m.instance_id = i.id and m.client_id = ${clientId} and m.removed_at is null left join clients c on c.id = ${clientId}`,
  })
  const { country, client_group_id: clientGroup = null } = active[0] ?? {}
  const rows = await offeredFor(queries, active, [{ ...paid, clientGroup, ...(country ? { country } : {}) }])
  const saved = rows.filter((row) => row.method_id !== null)
  saved.sort((a, b) => b.preferred - a.preferred || (a.saved_at < b.saved_at ? -1 : 1))
  return {
    gateways: [...new Map(rows.map((row) => [row.id, row])).values()],
    methods: saved.map(({ method_id, label, rules }) => ({ id: method_id!, label, rules: rules ?? null })),
  }
}

export type RuledMethod = MethodRow & { rules: string | null }

/** Of a client: what may be taken for at least one of the payments, with the rules of each; methods of gateways that are off, too. */
export async function listWaysFor(
  queries: Queries,
  { brandId, clientId }: { brandId: string; clientId: string },
  payments: readonly PaidFor[],
): Promise<{ gateways: GatewayInstance[]; methods: RuledMethod[] }> {
  const methods = await queries.all<RuledMethod>(sql`
    select m.*, r.rules from payment_methods m left join gateway_rules r on r.instance_id = m.instance_id
    where m.client_id = ${clientId} and m.removed_at is null order by m.preferred desc, m.created_at`)
  const gateways = await readActive<InstanceRow>(queries, brandId)
  const offered = new Set(await offeredFor<object>(queries, [...methods, ...gateways], payments))
  return {
    gateways: gateways.filter((gateway) => offered.has(gateway)),
    methods: methods.filter((method) => offered.has(method)),
  }
}
