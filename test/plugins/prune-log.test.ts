import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { instant, toMs } from '../../core/kernel/index.ts'
import { pruneLog } from '../../core/plugins/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'

const DAY_MS = 86_400_000

for (const engine of engines)
  describe(`the log of plugins (${engine})`, async () => {
    test('keeps thirty days, and of each instance its newest ten thousand lines, unless set otherwise', async () => {
      const { db, remove } = await makeDatabase(engine)
      const means = testMeans(db)
      const line = (instance: string, daysAgo: number) => ({
        ...{ id: means.newId('evt'), instance_id: instance, level: 'info', operation: null, message: 'x' },
        ...{ facts: '{}', duration_ms: null, request_id: null },
        occurred_at: instant(toMs(means.clock.now()) - daysAgo * DAY_MS),
      })
      const fill = (instance: string, lines: number, daysAgo: number) =>
        db.insert(
          'plugin_log',
          Array.from({ length: lines }, () => line(instance, daysAgo)),
        )
      const kept = async () =>
        Object.fromEntries(
          (
            await db.all<{ instance_id: string; n: number }>(
              sql`select instance_id, count(*) as n from plugin_log group by instance_id`,
            )
          ).map(({ instance_id, n }) => [instance_id, Number(n)]),
        )
      const set = (key: string, value: number) =>
        db.insert('settings', [
          {
            ...{ key, scope: 'installation', scope_id: '', value: JSON.stringify(value) },
            ...{ updated_by: 'usr_1', updated_at: means.clock.now() },
          },
        ])
      await fill('plg_old', 4_100, 31)
      await fill('plg_old', 3, 29)
      await fill('plg_flood', 10_050, 0)
      assert.deepEqual(await pruneLog(means), { forgotten: 4_100 + 50 })
      assert.deepEqual(await kept(), { plg_old: 3, plg_flood: 10_000 })
      const [newest] = await db.all<{ id: string }>(sql`select max(id) as id from plugin_log`)
      await set('plugins.log_days', 10)
      await set('plugins.log_lines', 100)
      assert.deepEqual(await pruneLog(means), { forgotten: 3 + 9_900 })
      assert.deepEqual(await kept(), { plg_flood: 100 })
      assert.deepEqual(await db.all(sql`select max(id) as id from plugin_log`), [newest])
      assert.deepEqual(await pruneLog(means), { forgotten: 0 })
      await remove()
    })
  })
