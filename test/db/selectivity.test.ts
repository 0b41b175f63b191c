import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { sql, type Sql } from '../../core/db/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'

/** PostgreSQL counts for itself; what SQLite goes by is what the migration told it. */
for (const engine of engines.filter((one) => one === 'sqlite')) {
  describe(`what ${engine} takes rows to share`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)

    const planOf = async (statement: Sql): Promise<string> => {
      const steps = await db.all<{ detail: string }>(sql`explain query plan ${statement}`)
      return steps.map(({ detail }) => detail).join(', ')
    }

    test('is said of indexes that exist, each with a count for every column', async () => {
      const said = await db.all<{ tbl: string; idx: string; stat: string }>(sql`select * from sqlite_stat1`)
      assert.ok(said.length > 0)
      for (const { tbl, idx, stat } of said) {
        const columns = await db.all(sql`select 1 from pragma_index_info(${idx})`)
        assert.equal(stat.split(' ').length, columns.length + 1, `${tbl}: ${idx}`)
      }
    })

    test('documents and payments of one are found by whose they are, not by their state', async () => {
      const found = {
        client: sql`select total_minor from invoices where client_id = 'c' and status = 'issued'`,
        sorted: sql`select id from invoices where client_id = 'c' and status = 'issued' order by due_on limit 50`,
        invoice: sql`select id from payments where invoice_id = 'i' and status in ('pending', 'unknown')`,
        orders: sql`select id from orders where client_id = 'c' and brand_id = 'b' and status = 'placed'`,
      }
      assert.match(await planOf(found.client), /ix_invoices_client \(client_id=\?\)/)
      assert.match(await planOf(found.sorted), /ix_invoices_client \(client_id=\?\)/)
      assert.match(await planOf(found.invoice), /ix_payments_invoice \(invoice_id=\?\)/)
      assert.match(await planOf(found.orders), /ix_orders_client \(client_id=\?\)/)
    })

    test('what is due is still found by state and day', async () => {
      const due = sql`select id from invoices where status = 'issued' and due_on between '2026-01-01' and '2026-01-09'`
      assert.match(await planOf(due), /ix_invoices_status \(status=\? AND due_on>\? AND due_on<\?\)/)
    })
  })
}
