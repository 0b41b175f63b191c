import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql, type Queries } from '../../db/index.ts'
import { defineVerb } from '../../records/index.ts'
import { NothingHeldBack, UpdateHeldBack } from '../package/index.ts'
import { drainAll } from './install-plugin.ts'
import type { PluginAdmin } from './instance-verbs.ts'
import { registerGranted } from './load-bundled.ts'
import type { Shipped } from './version-before.ts'

/** An update that came with Berth and could not take the place of the version before. */
export interface HeldBack {
  version: string
  /** A sentence for staff, with what the plugin said itself. */
  reason: string
}

/** Null: none, or what was held back went with a Berth that is no longer here. */
export async function heldBack(queries: Queries, id: string, shipped?: Shipped): Promise<HeldBack | null> {
  const row = await queries.get<{ held_back: string | null }>(
    sql`select held_back from plugins where id = ${id} and source = 'bundled'`,
  )
  if (!row?.held_back) return null
  const held = JSON.parse(row.held_back) as HeldBack
  return (await shipped?.(id))?.manifest.version === held.version ? held : null
}

/** Tries an update again that could not move the data of the version before. Refused with its reason when it still cannot. */
export const retryUpdate = defineVerb(
  {
    permission: 'plugin.retry_update',
    audience: ['staff'],
    input: Type.Object({ plugin_id: Type.String({ maxLength: 40 }) }),
  },
  async (means: PluginAdmin, { plugin_id: id }, actor): Promise<HeldBack['version']> => {
    const own = await means.shipped?.(id)
    const held = await heldBack(means.db, id, means.shipped)
    if (!own || !held) throw NothingHeldBack({ plugin: id })
    await registerGranted(means, own)
    const still = await heldBack(means.db, id, means.shipped)
    if (still) throw UpdateHeldBack({ reason: still.reason })
    const after = { version: held.version }
    await means.db.transaction((trx) =>
      recordAudit(means, trx, actor, [{ action: 'plugin.retry_update', subject: id, after }]),
    )
    await drainAll(means, id)
    return held.version
  },
)
