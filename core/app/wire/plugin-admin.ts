import { join, name, sql, type Queries } from '../../db/index.ts'
import type { Wiring } from '../areas.ts'
import { recordFinder } from './plugin-records.ts'

/** What the verbs of plugins need besides means: the isolates of a changed instance start anew. */
export const pluginAdmin = ({ means, plugins }: Pick<Wiring, 'means' | 'plugins'>) => ({
  ...means,
  drain: (instanceId: string) => plugins.drain?.(instanceId),
  reread: async () => plugins.reread?.(),
  forgive: (pluginId: string) => plugins.forgive?.(pluginId),
  ...(plugins.move ? { move: plugins.move } : {}),
  shipped: async (pluginId: string) => plugins.shipped?.(pluginId),
  findRecord: recordFinder(means.db),
  uses: (instanceId: string) => usesOf(means.db, instanceId),
})

/** Tables whose rows say for ever through which instance something went, and holds that it alone would lift. */
const POINTING = [
  'service_plugin_holds',
  'products',
  'servers',
  'services',
  'orders',
  'gateway_customers',
  'payment_methods',
  'payments',
]

async function usesOf(queries: Queries, instanceId: string): Promise<number> {
  const counts = POINTING.map(
    (table) => sql`select count(*) as n from ${name(table)} where instance_id = ${instanceId}`,
  )
  const row = await queries.get<{ n: number }>(
    sql`select coalesce(sum(n), 0) as n from (${join(counts, ' union all ')}) uses`,
  )
  return Number(row?.n ?? 0)
}
