import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { refreshFigures, sql } from '../../core/db/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'

/** SQLite plans without such figures. */
for (const engine of engines.filter((one) => one === 'postgres')) {
  describe(`what ${engine} knows of a table that a run has filled`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const known = async (table: string) =>
      (await db.get<{ rows: number }>(
        sql`select cast(reltuples as integer) as rows from pg_class where relname = ${table}`,
      ))!.rows
    const fill = async (rows: number, from: number) => {
      await db.run(sql`
        insert into settings (scope, scope_id, key, value, updated_by, updated_at)
        select 'brand', 'brd_' || i, 'filled', '1', 'usr_test', '2026-01-01T00:00:00.000Z'
        from generate_series(cast(${from} as integer), cast(${from + rows - 1} as integer)) i`)
      // A connection tells of what it changed at the latest a second after it.
      for (let waited = 0; waited < 100 && (await changed()) === 0; waited++) await sleep(100)
    }
    const changed = async () =>
      (await db.get<{ n: number }>(
        sql`select cast(n_mod_since_analyze as integer) as n from pg_stat_user_tables where relname = 'settings'`,
      ))!.n

    it('is brought up to date when much has changed, and left alone when little has', async () => {
      await db.run(sql`alter table settings set (autovacuum_enabled = false)`)
      await fill(20_000, 0)
      await refreshFigures(db)
      const rows = await known('settings')
      assert.ok(rows >= 20_000 && rows < 21_000, `${rows} rows`)
      await fill(500, 20_000)
      await refreshFigures(db)
      assert.equal(await known('settings'), rows)
    })
  })
}
