import { Type, type Static } from '../../sdk/index.ts'
import { productKinds, type ProductKind } from '../catalog/index.ts'
import { all, sql, type Sql } from '../db/index.ts'
import type { Actor, IsoDate } from '../kernel/index.ts'
import { defineVerb, scoped, type Means } from '../records/index.ts'
import type { FailureName, ServiceRow } from './rows.ts'

const filters = Type.Object({
  client_id: Type.Optional(Type.String()),
  product_id: Type.Optional(Type.String()),
  /** Of products of this kind: "vps". */
  kind: Type.Optional(Type.Enum([...productKinds])),
  server_id: Type.Optional(Type.String()),
  instance_id: Type.Optional(Type.String()),
  billing_status: Type.Optional(Type.String()),
  delivery_status: Type.Optional(Type.String()),
  due_until: Type.Optional(Type.String({ format: 'date' })),
  /** Part of the label, of the id at the provider or of the service's id. */
  search: Type.Optional(Type.String({ maxLength: 100 })),
  /** Id of the last row of the page before. */
  after: Type.Optional(Type.String()),
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
})

export interface ListedService extends Pick<
  ServiceRow,
  | 'id'
  | 'client_id'
  | 'brand_id'
  | 'parent_id'
  | 'product_id'
  | 'label'
  | 'billing_status'
  | 'delivery_status'
  | 'currency'
  | 'cycle'
  | 'recurring_minor'
  | 'next_period_on'
  | 'cancel_on'
  | 'auto_charge'
  | 'server_id'
  | 'remote_id'
> {
  product_name: string
  product_kind: ProductKind
  client_name: string
  server_name: string | null
  /** Why it is suspended, or will be in a moment. */
  hold: string | null
  /** The open or failed work. */
  delivery_action: string | null
  delivery_failure: FailureName | null
}

export interface Page<R> {
  rows: R[]
  /** Hand it back as `after` for the next page; null on the last. */
  next: string | null
}

/** Services newest first, in one statement: a client sees its own, staff those of their brands. */
export const listServices = defineVerb(
  { permission: 'service.list', audience: ['client', 'staff'], input: filters },
  async (means: Means, input, actor): Promise<Page<ListedService>> => {
    const rows = await means.db.all<ListedService>(sql`
      select s.id, s.client_id, s.brand_id, s.parent_id, s.product_id, s.label, s.billing_status, s.delivery_status,
        s.currency, s.cycle, s.recurring_minor, s.next_period_on, s.cancel_on, s.auto_charge, s.server_id,
        s.remote_id, p.name as product_name, p.kind as product_kind, c.name as client_name, v.name as server_name,
        (select min(h.reason) from service_holds h where h.service_id = s.id) as hold,
        d.action as delivery_action, d.failure as delivery_failure
      from services s join products p on p.id = s.product_id join clients c on c.id = s.client_id
      left join servers v on v.id = s.server_id
      left join deliveries d on d.service_id = s.id and d.generation = s.generation
        and d.status in ('open', 'waiting', 'failed')
      where ${all(conditions(input, actor))} order by s.id desc limit ${input.limit + 1}`)
    return pageOf(rows, input.limit)
  },
)

export function pageOf<R extends { id: string }>(rows: R[], limit: number): Page<R> {
  const kept = rows.slice(0, limit)
  return { rows: kept, next: rows.length > limit ? kept.at(-1)!.id : null }
}

function conditions(input: Static<typeof filters>, actor: Actor): Sql[] {
  const found = [scoped(actor, { table: 's', service: 'id', right: 'service.list' })]
  if (input.client_id) found.push(sql`s.client_id = ${input.client_id}`)
  if (input.product_id) found.push(sql`s.product_id = ${input.product_id}`)
  if (input.kind) found.push(sql`p.kind = ${input.kind}`)
  if (input.server_id) found.push(sql`s.server_id = ${input.server_id}`)
  if (input.instance_id) found.push(sql`s.instance_id = ${input.instance_id}`)
  if (input.billing_status) found.push(sql`s.billing_status = ${input.billing_status}`)
  if (input.delivery_status) found.push(sql`s.delivery_status = ${input.delivery_status}`)
  if (input.due_until) found.push(sql`s.next_period_on <= ${input.due_until as IsoDate}`)
  if (input.after) found.push(sql`s.id < ${input.after}`)
  if (input.search) {
    const like = `%${input.search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
    found.push(
      sql`(lower(s.label) like ${like} escape '\\' or lower(s.remote_id) like ${like} escape '\\' or s.id = ${input.search})`,
    )
  }
  return found
}
