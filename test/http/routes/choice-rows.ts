import { sql } from '../../../core/db/index.ts'
import type { TestMeans } from '../../support/means.ts'
import type { WorldIds } from '../admin/fill-desk.ts'

/** What can be chosen and is asked of the first product. */
export async function findChoices({ db }: TestMeans, { product }: Pick<WorldIds, 'product'>) {
  const option = (await db.get<{ id: string }>(
    sql`select id from options where product_id = ${product} and option_key = 'place'`,
  ))!
  const value = (await db.get<{ id: string }>(
    sql`select id from option_values where option_id = ${option.id} and value_key = 'nyc'`,
  ))!
  const field = (await db.get<{ id: string }>(
    sql`select id from order_fields where product_id = ${product} order by id`,
  ))!
  return { option: option.id, value: value.id, field: field.id }
}
