// When it fails: what a plugin writes into its log does not cost others their lines.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { idMaker, systemClock } from '../../core/kernel/index.ts'
import { silentLog } from '../../core/log/index.ts'
import { databaseLog } from '../../core/plugins/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'

for (const engine of engines)
  test(`rule: a line with the character zero is kept, and the lines beside it too (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const log = databaseLog({ db, clock: systemClock, newId: idMaker(systemClock), log: silentLog })
    const line = { instance: 'plg_a', plugin: 'a', operation: 'gateway.x', level: 'info' } as const
    log.line({ ...line, text: 'before' })
    log.line({ ...line, text: 'bad \0 line' })
    log.incident({ kind: 'failed', instance: 'plg_b', detail: 'it said \0' })
    await log.stop()
    const rows = await db.all<{ message: string }>(sql`select message from plugin_log order by id`)
    assert.deepEqual(
      rows.map(({ message }) => message),
      ['before', 'bad \ufffd line', 'it said \ufffd'],
    )
    await remove()
  })
