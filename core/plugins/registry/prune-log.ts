import { Type } from '../../../sdk/index.ts'
import { sql, type Db, type Sql } from '../../db/index.ts'
import { instant } from '../../kernel/index.ts'
import { defineSetting, readSetting, type Means } from '../../records/index.ts'
import { HOST_LOSSES_WINDOW_MS } from '../limits.ts'

export const logDays = defineSetting({
  key: 'plugins.log_days',
  schema: Type.Integer({ minimum: 1, maximum: 3_650 }),
  preset: 30,
  scopes: ['installation'],
})

/** Of each instance. */
export const logLines = defineSetting({
  key: 'plugins.log_lines',
  schema: Type.Integer({ minimum: 100, maximum: 1_000_000 }),
  preset: 10_000,
  scopes: ['installation'],
})

const DAY_MS = 86_400_000
/** Lines deleted in one transaction: on SQLite everybody who writes waits for it. */
const AT_ONCE = 2_000

/**
 * The step of every hour: lines of plugins that are too old, and of an instance the oldest beyond so many, are deleted.
 * A plugin may write 300 lines a minute, day and night.
 */
export async function pruneLog(means: Means): Promise<{ forgotten: number }> {
  const [days, most] = [await readSetting(means.db, logDays), await readSetting(means.db, logLines)]
  const old = instant(means.clock.ms() - days * DAY_MS)
  let forgotten = await deleteLines(means.db, sql`occurred_at < ${old}`)
  const crowded = await means.db.all<{ instance_id: string }>(sql`
    select instance_id from plugin_log group by instance_id having count(*) > ${most} order by instance_id`)
  for (const { instance_id: instance } of crowded) {
    const last = await means.db.get<{ id: string }>(sql`
      select id from plugin_log where instance_id = ${instance} order by id desc limit 1 offset ${most}`)
    if (last) forgotten += await deleteLines(means.db, sql`instance_id = ${instance} and id <= ${last.id}`)
  }
  const counted = instant(means.clock.ms() - HOST_LOSSES_WINDOW_MS)
  await means.db.run(sql`delete from plugin_losses where lost_at < ${counted}`)
  return { forgotten }
}

async function deleteLines(db: Db, which: Sql): Promise<number> {
  let deleted = 0
  for (;;) {
    const now = await db.run(sql`
      delete from plugin_log where id in (select id from plugin_log where ${which} order by id limit ${AT_ONCE})`)
    deleted += now
    if (now < AT_ONCE) return deleted
  }
}
