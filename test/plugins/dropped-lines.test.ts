import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { idMaker, systemClock } from '../../core/kernel/index.ts'
import { silentLog } from '../../core/log/index.ts'
import { databaseLog } from '../../core/plugins/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'

interface Row {
  instance_id: string
  message: string
  facts: string
}

for (const engine of engines)
  test(`lines beyond 2,000 that wait are counted, and told once for each instance (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const log = databaseLog({ db, clock: systemClock, newId: idMaker(systemClock), log: silentLog })
    const say = (instance: string, lines: number) => {
      for (let n = 1; n <= lines; n++)
        log.line({ instance, plugin: 'a', operation: 'gateway.x', level: 'info', text: `line ${n}` })
    }
    say('plg_a', 2_000)
    say('plg_a', 7)
    say('plg_b', 1)
    log.incident({ kind: 'failed', instance: 'plg_b', detail: 'it failed' })
    await log.stop()
    const kept = await db.all<{ count: number }>(
      sql`select count(*) as count from plugin_log where level = 'info'`,
    )
    const told = await db.all<Row>(
      sql`select instance_id, message, facts from plugin_log where level = 'error' order by id`,
    )
    assert.equal(Number(kept[0]?.count), 2_000)
    assert.deepEqual(
      told.map(({ instance_id, message, facts }) => [instance_id, message, JSON.parse(facts)]),
      [
        ['plg_a', '7 lines were dropped.', { incident: 'lines_dropped' }],
        ['plg_b', '2 lines were dropped.', { incident: 'lines_dropped' }],
      ],
    )
    await remove()
  })
