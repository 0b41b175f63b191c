import { sql, type Queries } from '../../db/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import type { ServiceRow } from '../rows.ts'
import type { CancelReasonRow } from './rows.ts'

type Asked = Pick<ServiceRow, 'brand_id' | 'product_id'>

/** The reasons that the cancellation of a service asks for, in their order; none: those that every shop has. */
export async function cancelReasons(
  queries: Queries,
  { brand_id, product_id }: Asked,
): Promise<CancelReasonRow[]> {
  const rows = await queries.all<CancelReasonRow>(sql`
    select * from cancel_reasons where brand_id = ${brand_id} and retired_at is null order by position, id`)
  return rows.filter((row) => {
    const ids = JSON.parse(row.product_ids) as string[]
    return ids.length === 0 || ids.includes(product_id)
  })
}

/** One of them; refuses any other. */
export async function demandReason(queries: Queries, service: Asked, id: string): Promise<CancelReasonRow> {
  const reason = (await cancelReasons(queries, service)).find((row) => row.id === id)
  if (!reason) throw invalidInput({ reason_id: 'is not among the reasons that are asked for' })
  return reason
}
