import { createTable, sql, type Trx } from '../core/db/index.ts'

/** What a setting said under the name of a version: the terms that an order accepted are read as they were then. */
export async function up(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'setting_versions',
    {
      ...{ key: 'text', scope: 'text', scope_id: 'text', name: 'text', value: 'json' },
      ...{ kept_by: 'text', kept_at: 'instant' },
    },
    { primary: 'key, scope, scope_id, name' },
  )
  const rows = await trx.all<{ scope: string; scope_id: string; value: string; by: string; at: string }>(
    sql`select scope, scope_id, value, updated_by as by, updated_at as at from settings where key = 'shop.terms'`,
  )
  for (const { scope, scope_id, value, by, at } of rows) {
    const { version } = JSON.parse(value) as { version: string }
    await trx.run(sql`
      insert into setting_versions (key, scope, scope_id, name, value, kept_by, kept_at)
      values ('shop.terms', ${scope}, ${scope_id}, ${version}, ${value}, ${by}, ${at})`)
  }
}
