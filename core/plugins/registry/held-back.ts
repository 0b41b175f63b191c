import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql, type Queries } from '../../db/index.ts'
import type { Instant } from '../../kernel/index.ts'
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

/** With the plugin whose version before goes on. */
export interface HeldPlugin extends HeldBack {
  id: string
  name: string
  since: Instant
}

/** What was held back went with the Berth that runs: of one that is no longer here nothing is left to try. One statement. */
export async function allHeldBack(queries: Queries, shipped?: Shipped): Promise<HeldPlugin[]> {
  const rows = await queries.all<Kept>(sql`
    select id, held_back, manifest, updated_at from plugins
    where held_back is not null and source = 'bundled' order by id`)
  const found = await Promise.all(
    rows.map(async ({ id, held_back, manifest, updated_at: since }) => {
      const held = JSON.parse(held_back) as HeldBack
      if ((await shipped?.(id))?.manifest.version !== held.version) return []
      return [{ ...held, id, since, name: (JSON.parse(manifest) as { name: string }).name }]
    }),
  )
  return found.flat()
}

interface Kept {
  id: string
  held_back: string
  manifest: string
  updated_at: Instant
}

/** Of one plugin; null: none. */
export async function heldBack(queries: Queries, id: string, shipped?: Shipped): Promise<HeldBack | null> {
  const held = (await allHeldBack(queries, shipped)).find((one) => one.id === id)
  return held ? { version: held.version, reason: held.reason } : null
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
