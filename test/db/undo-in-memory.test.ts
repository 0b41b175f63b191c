import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { openSqlite, sql, type Db } from '../../core/db/index.ts'

describe('what a statement would put back on sqlite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-undo-'))
  const db = openSqlite({ file: join(folder, 'undo.db') })
  after(async () => {
    await db.close()
    rmSync(folder, { recursive: true, force: true })
  })
  await db.run(
    sql`create table pages (id integer primary key, body text not null check (body <> 'refused')) strict, without rowid`,
  )
  await db.insert(
    'pages',
    Array.from({ length: 500 }, (_, id) => ({ id, body: 'x'.repeat(900) })),
  )

  /** Files for it when the transaction has changed a hundred pages. */
  const filesOf = (how: Parameters<Db['transaction']>[1]) =>
    db.transaction(async (trx) => {
      await trx.run(sql`update pages set body = body || 'x'`)
      return temporaryFiles()
    }, how)

  test('goes to a file, but stays in memory for a chunk and for what is brief', async () => {
    assert.deepEqual(
      [await filesOf({ chunk: true }), await filesOf({}), await filesOf({ brief: true })],
      [0, 1, 0],
    )
  })

  test('is put back for a chunk too', async () => {
    const left = await db.transaction(
      async (trx) => {
        const refused = trx.run(sql`update pages set body = case id when 499 then 'refused' else 'y' end`)
        await assert.rejects(refused, /CHECK constraint/)
        return trx.get(sql`select count(*) as n from pages where body = 'y'`)
      },
      { chunk: true },
    )
    assert.deepEqual(left, { n: 0 })
  })
})

/** SQLite's own, which are deleted as soon as they are open. */
function temporaryFiles(): number {
  const open = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      // The one by which the list was read is closed again.
      return ''
    }
  })
  return open.filter((file) => file.endsWith('(deleted)')).length
}
