import { Type } from '../../sdk/index.ts'
import { all, list, sql } from '../db/index.ts'
import type { Instant } from '../kernel/index.ts'
import { defineVerb, findRow, scoped, type Means } from '../records/index.ts'
import { pageOf, type Page } from './list-services.ts'
import type { DeliveryRow, ServiceRow } from './rows.ts'

export interface ListedDelivery extends DeliveryRow {
  label: string
  product_name: string
  client_name: string
  server_name: string | null
}

export interface DeliveryCall {
  id: string
  operation: string
  outcome: string
  detail: string | null
  duration_ms: number
  occurred_at: Instant
}

/** The queue: what needs a person first, or any other states. One statement. */
export const listDeliveries = defineVerb(
  {
    permission: 'delivery.list',
    audience: ['staff'],
    input: Type.Object({
      status: Type.Array(Type.String(), { default: ['failed', 'waiting', 'open'] }),
      failure: Type.Optional(Type.String()),
      server_id: Type.Optional(Type.String()),
      service_id: Type.Optional(Type.String()),
      after: Type.Optional(Type.String()),
      limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
    }),
  },
  async (means: Means, input, actor): Promise<Page<ListedDelivery>> => {
    const conditions = [scoped(actor, { table: 'd' }), sql`d.status in (${list(input.status)})`]
    if (input.failure) conditions.push(sql`d.failure = ${input.failure}`)
    if (input.server_id) conditions.push(sql`d.server_id = ${input.server_id}`)
    if (input.service_id) conditions.push(sql`d.service_id = ${input.service_id}`)
    if (input.after) conditions.push(sql`d.id < ${input.after}`)
    const rows = await means.db.all<ListedDelivery>(sql`
      select d.*, s.label, p.name as product_name, c.name as client_name, v.name as server_name
      from deliveries d join services s on s.id = d.service_id join products p on p.id = s.product_id
      join clients c on c.id = d.client_id left join servers v on v.id = d.server_id
      where ${all(conditions)} order by d.id desc limit ${input.limit + 1}`)
    return pageOf(rows, input.limit)
  },
)

/** How many of each failure wait for staff: the head of the queue. */
export const countFailures = defineVerb(
  { permission: 'delivery.count', audience: ['staff'], input: Type.Object({}) },
  (means: Means, _input, actor): Promise<{ failure: string; deliveries: number }[]> =>
    means.db.all(sql`
      select d.failure, count(*) as deliveries from deliveries d
      where d.status = 'failed' and ${scoped(actor, { table: 'd' })} group by d.failure order by d.failure`),
)

export interface ShownDelivery {
  delivery: DeliveryRow
  service: ServiceRow
  calls: DeliveryCall[]
}

/** One delivery with every call it made. Three statements. */
export const showDelivery = defineVerb(
  { permission: 'delivery.read', audience: ['staff'], input: Type.Object({ delivery_id: Type.String() }) },
  async (means: Means, input, actor): Promise<ShownDelivery> => {
    const wanted = { table: 'deliveries', what: 'delivery', id: input.delivery_id }
    const delivery = await findRow<DeliveryRow>(means.db, actor, wanted)
    const service = await means.db.get<ServiceRow>(
      sql`select * from services where id = ${delivery.service_id}`,
    )
    const calls = await means.db.all<DeliveryCall>(sql`
      select id, operation, outcome, detail, duration_ms, occurred_at from delivery_calls
      where delivery_id = ${delivery.id} order by id`)
    return { delivery, service: service!, calls }
  },
)
