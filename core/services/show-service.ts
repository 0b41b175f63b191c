import { Type } from 'typebox'
import type { DueItem } from '../billing/index.ts'
import { sql, type Queries } from '../db/index.ts'
import { covers, type Actor, type Instant } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { findService } from './load.ts'
import { nextCharges } from './next-charges.ts'
import type {
  CancellationRow,
  ChangeRow,
  DeliveryRow,
  HoldRow,
  ServiceFieldRow,
  ServiceOptionRow,
  ServiceRow,
} from './rows.ts'
import { couponsOf } from './service-source.ts'

export interface ShownAccess {
  position: number
  label: string
  kind: 'text' | 'url' | 'secret'
  /** Null for secrets: they are shown by revealAccess. */
  value: string | null
  shown_at: Instant | null
}

/** With the kind of the question, which says how the answer reads, and the name of a file that was the answer. */
export interface ShownField extends ServiceFieldRow {
  kind: string | null
  file_name: string | null
}

export interface ShownService {
  service: ServiceRow
  productName: string
  serverName: string | null
  options: ServiceOptionRow[]
  fields: ShownField[]
  holds: HoldRow[]
  access: ShownAccess[]
  parts: { id: string; label: string; billing_status: string; delivery_status: string }[]
  deliveries: DeliveryRow[]
  /** The change that waits for its payment. */
  pendingChange: ChangeRow | null
  cancellation: CancellationRow | null
  nextCharge: DueItem | null
}

const DELIVERIES_MAX = 20

/** Everything about one service, in at most twelve statements however much there is. */
export const showService = defineVerb(
  {
    permission: 'service.read',
    audience: ['client', 'staff'],
    input: Type.Object({ service_id: Type.String() }),
  },
  async (means: Means, input, actor): Promise<ShownService> => {
    const { db } = means
    const service = await findService(db, actor, { id: input.service_id, right: 'service.read' })
    const names = await db.get<{ product_name: string; server_name: string | null }>(sql`
      select p.name as product_name, v.name as server_name from services s join products p on p.id = s.product_id
      left join servers v on v.id = s.server_id where s.id = ${service.id}`)
    const productName = names?.product_name ?? service.label
    const options = await db.all<ServiceOptionRow>(
      sql`select * from service_options where service_id = ${service.id} order by option_id`,
    )
    const coupon = (await couponsOf(db, [service])).get(service.coupon_id ?? '')
    return {
      service,
      productName,
      serverName: names?.server_name ?? null,
      options,
      nextCharge: nextCharges({ ...service, product_name: productName }, options, coupon),
      ...(await aroundOf(db, service, actor)),
    }
  },
)

async function aroundOf(db: Queries, service: ServiceRow, actor: Actor) {
  const { id } = service
  const fields = await db.all<ShownField>(sql`
    select f.*, q.kind, x.file_name from service_fields f left join order_fields q on q.id = f.field_id
    left join files x on q.kind = 'file' and x.id = f.value
    where f.service_id = ${id} order by f.field_id`)
  const holds = await db.all<HoldRow>(
    sql`select * from service_holds where service_id = ${id} order by placed_at`,
  )
  const parts = await db.all<ShownService['parts'][number]>(
    sql`select id, label, billing_status, delivery_status from services where parent_id = ${id} order by id`,
  )
  const deliveries = await db.all<DeliveryRow>(
    sql`select * from deliveries where service_id = ${id} order by id desc limit ${DELIVERIES_MAX}`,
  )
  const pendingChange = await db.get<ChangeRow>(
    sql`select * from service_changes where service_id = ${id} and status = 'pending'`,
  )
  const cancellation = await db.get<CancellationRow>(
    sql`select * from cancellations where service_id = ${id} and status = 'planned'`,
  )
  const access = maySeeAccess(service, actor) ? await accessOf(db, id) : []
  return {
    fields,
    holds,
    access,
    parts,
    deliveries,
    pendingChange: pendingChange ?? null,
    cancellation: cancellation ?? null,
  }
}

function accessOf(db: Queries, serviceId: string): Promise<ShownAccess[]> {
  return db.all<ShownAccess>(
    sql`select position, label, kind, value, shown_at from service_access where service_id = ${serviceId} order by position`,
  )
}

/** Whoever may only look at a service does not get its addresses and user names. */
function maySeeAccess(service: ServiceRow, actor: Actor): boolean {
  if (actor.kind !== 'client') return true
  return actor.grants.some(
    (grant) =>
      (grant.serviceId === service.id ||
        (grant.serviceId === null && grant.clientId === service.client_id)) &&
      covers(grant.rights, 'service.reveal_access'),
  )
}
