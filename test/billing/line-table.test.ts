import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { LINE_COLUMNS } from '../../bench/billing/raw.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'

/** The bench compares the billing run with plain inserts into this table, so what it costs must not change unseen. */
const INDEXES = [
  'ix_invoice_lines_source (source_id)',
  'pk_invoice_lines (id)',
  'uq_invoice_lines_live_charge (live_charge_id)',
  'uq_invoice_lines_position (invoice_id, position)',
]

for (const engine of engines) {
  describe(`the line table on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)

    test('has the columns that the bench writes, and no other', async () => {
      assert.deepEqual(await columns(db), [...LINE_COLUMNS].sort())
    })

    test('has the indexes that the bench pays for, and no other', async () => {
      assert.deepEqual(await indexes(db), INDEXES)
    })
  })
}

async function columns(db: Db): Promise<string[]> {
  const rows = await db.all<{ name: string }>(
    db.dialect === 'sqlite'
      ? sql`select name from pragma_table_info('invoice_lines')`
      : sql`select column_name as name from information_schema.columns where table_name = 'invoice_lines'`,
  )
  return rows.map((row) => row.name).sort()
}

async function indexes(db: Db): Promise<string[]> {
  const rows = await db.all<{ name: string; columns: string }>(
    db.dialect === 'sqlite'
      ? sql`select i.name, group_concat(c.name, ', ') as columns from pragma_index_list('invoice_lines') i, pragma_index_info(i.name) c group by i.name`
      : sql`select i.relname as name, string_agg(a.attname, ', ' order by k.at) as columns
          from pg_index x join pg_class i on i.oid = x.indexrelid
          cross join lateral unnest(x.indkey) with ordinality as k (attnum, at)
          join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.attnum
          where x.indrelid = 'invoice_lines'::regclass group by i.relname`,
  )
  // SQLite gives the indexes of constraints names of its own, in the order of the constraints.
  const named = new Map([
    ['sqlite_autoindex_invoice_lines_1', 'pk_invoice_lines'],
    ['sqlite_autoindex_invoice_lines_2', 'uq_invoice_lines_position'],
  ])
  return rows.map((row) => `${named.get(row.name) ?? row.name} (${row.columns})`).sort()
}
