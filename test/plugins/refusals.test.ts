import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { instant } from '../../core/kernel/index.ts'
import { silentLog } from '../../core/log/index.ts'
import { auditRefusals, databaseRefusals } from '../../core/plugins/index.ts'
import { seed } from '../services/fixture.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'

const HOUR_MS = 3_600_000

for (const engine of engines)
  describe(`what plugins were refused (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    await db.run(sql`update plugin_instances set brand_id = 'brd_a'`)
    let ms = Date.parse('2026-01-15T10:59:59.000Z')
    const means = testMeans(db)
    const clock = { ...means.clock, ms: () => ms, now: () => instant(ms) }
    const node = () => databaseRefusals({ db, clock, log: silentLog })
    const entries = () =>
      db.all<{ subject: string; brand_id: string | null; reason: string }>(sql`
        select subject, brand_id, reason from audit order by id`)

    test('is counted over all nodes, by instance, rule and hour, and entered when the hour is over', async () => {
      const [one, two] = [node(), node()]
      const storage = { instance: 'plg_a', rule: 'storage', reason: 'Storage is not declared.' }
      one.note({ ...storage, asks: 3 })
      one.note({ ...storage, asks: 4 })
      two.note({ ...storage, asks: 5, reason: 'Another reason.' })
      two.note({ instance: 'plg_a', rule: 'limit', reason: 'Too\0 many.', asks: 1 })
      two.note({ ...storage, instance: 'plg_gone', asks: 1 })
      await one.stop()
      await two.stop()
      ms += HOUR_MS
      const late = node()
      late.note({ ...storage, asks: 9 })
      await late.stop()
      assert.deepEqual(await auditRefusals({ ...means, clock }), { entered: 3 })
      assert.deepEqual(await entries(), [
        { subject: 'plg_a', brand_id: 'brd_a', reason: '1 × Too\ufffd many.' },
        { subject: 'plg_a', brand_id: 'brd_a', reason: '12 × Storage is not declared.' },
        { subject: 'plg_gone', brand_id: null, reason: '1 × Storage is not declared.' },
      ])
      ms += HOUR_MS
      assert.deepEqual(await auditRefusals({ ...means, clock }), { entered: 1 })
      assert.equal((await entries()).at(-1)?.reason, '9 × Storage is not declared.')
      assert.deepEqual(await auditRefusals({ ...means, clock }), { entered: 0 })
    })

    const about = { instance: 'plg_a', asks: 1, reason: 'First.' }

    test('is kept while the database does not take it, and counted once it does', async () => {
      let failed = () => {}
      const fails = new Promise<void>((resolve) => (failed = resolve))
      const refusals = databaseRefusals({ db, clock, log: { ...silentLog, error: () => failed() } })
      await db.run(sql`alter table plugin_refusals rename to away`)
      refusals.note({ ...about, rule: 'data', asks: 3 })
      await fails
      refusals.note({ ...about, rule: 'data', asks: 4, reason: 'Second.' })
      await db.run(sql`alter table away rename to plugin_refusals`)
      await refusals.stop()
      assert.deepEqual(await db.all(sql`select rule, asks, reason from plugin_refusals`), [
        { rule: 'data', asks: 7, reason: 'First.' },
      ])
    })

    if (engine === 'postgres')
      test('is written in one order by all nodes, so that no two wait for each other', async () => {
        await db.run(sql`truncate plugin_refusals`)
        const refusals = node()
        for (const rule of ['writes', 'data', 'network']) refusals.note({ ...about, rule })
        refusals.note({ ...about, instance: 'plg_0', rule: 'unknown' })
        await refusals.stop()
        const rows = await db.all<{ rule: string }>(sql`select rule from plugin_refusals order by ctid`)
        assert.deepEqual(
          rows.map(({ rule }) => rule),
          ['unknown', 'data', 'network', 'writes'],
        )
      })
  })
