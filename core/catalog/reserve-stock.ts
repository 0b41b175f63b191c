import { sql, type Trx } from '../db/index.ts'

/**
 * Takes units of a product from its stock, in the order's transaction. Answers how many are held: none for a product
 * without a stock count; null when too few are left, and then nothing was taken.
 */
export async function reserveStock(trx: Trx, productId: string, units: number): Promise<number | null> {
  const taken = await trx.all<{ stock: number | null }>(sql`
    update products set stock = stock - ${units}
    where id = ${productId} and (stock is null or stock >= ${units}) returning stock`)
  const [row] = taken
  if (!row) return null
  return row.stock === null ? 0 : units
}

/** Puts units back. A product whose count was switched off meanwhile stays unlimited. */
export async function returnStock(trx: Trx, productId: string, units: number): Promise<void> {
  await trx.run(
    sql`update products set stock = stock + ${units} where id = ${productId} and stock is not null`,
  )
}
