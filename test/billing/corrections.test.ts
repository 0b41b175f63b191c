import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'

for (const engine of engines) {
  describe(`credit notes of a document on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)

    test('are found without reading the other documents: each payment asks for them', async () => {
      const asked = sql`select sum(total_minor) as minor from invoices where corrects_id = 'inv_1'`
      const plan = await db.transaction(async (trx) => {
        // Of an empty table PostgreSQL would read the whole.
        if (engine === 'postgres') await trx.run(sql`set local enable_seqscan = off`)
        const explain = engine === 'sqlite' ? sql`explain query plan ${asked}` : sql`explain ${asked}`
        return JSON.stringify(await trx.all(explain))
      })
      assert.match(plan, /ix_invoices_corrects/)
    })
  })
}
