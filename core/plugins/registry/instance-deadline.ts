import { sql, type Queries } from '../../db/index.ts'
import { deadlineOf, type DeadlineClass } from '../deadlines.ts'
import type { LimitsAsked } from '../manifest/askable-limits.ts'

/** Milliseconds that a call of this class to the instance may take at most; what is usual where there is no instance. */
export async function instanceDeadline(
  queries: Queries,
  instanceId: string | null,
  of: DeadlineClass,
): Promise<number> {
  const row = await queries.get<{ manifest: string }>(sql`
    select p.manifest from plugin_instances i join plugins p on p.id = i.plugin_id where i.id = ${instanceId}`)
  return deadlineOf(JSON.parse(row?.manifest ?? '{}') as LimitsAsked, of).coldMs
}
