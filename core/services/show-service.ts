import { Type } from '../../sdk/index.ts'
import type { DueItem } from '../billing/index.ts'
import type { ProductKind } from '../catalog/index.ts'
import { sql, type Queries, type Sql } from '../db/index.ts'
import { assert, covers, type Actor, type Instant, type IsoDate } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { findService } from './load.ts'
import { nextCharges } from './next-charges.ts'
import type { Repricing } from './repricing.ts'
import { discountsWhere } from './service-discounts.ts'
import { ANNOUNCED, announced, type Announced } from './service-source.ts'
import type {
  CancellationRow,
  ChangeRow,
  DeliveryRow,
  HoldRow,
  ServiceFieldRow,
  ServiceOptionRow,
  ServiceRow,
} from './rows.ts'

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
  productKind: ProductKind
  serverName: string | null
  clientName: string
  options: ServiceOptionRow[]
  fields: ShownField[]
  holds: HoldRow[]
  access: ShownAccess[]
  parts: ServiceRow[]
  deliveries: DeliveryRow[]
  /** The change that waits for its payment. */
  pendingChange: Pick<ChangeRow, 'id' | 'invoice_id' | 'amount_minor'> | null
  cancellation: Pick<CancellationRow, 'reason' | 'effective_on'> | null
  /** The price change that was announced and has not begun. */
  repricing: Repricing | null
  nextCharge: DueItem | null
}

const DELIVERIES_MAX = 20

/** Everything about one service, in nine statements however much there is. */
export const showService = defineVerb(
  {
    permission: 'service.read',
    audience: ['client', 'staff'],
    input: Type.Object({ service_id: Type.String() }),
  },
  async (means: Means, input, actor): Promise<ShownService> => {
    const { db } = means
    const service = await findService(db, actor, { id: input.service_id, right: 'service.read' })
    const { coupon, ...names } = await besideOf(db, service)
    const options = await db.all<ServiceOptionRow>(
      sql`select * from service_options where service_id = ${service.id} order by option_id`,
    )
    const lowered = await discountsWhere(db, sql`s.id = ${service.id}`)
    const discounts = lowered.get(service.id) ?? []
    return {
      service,
      ...names,
      options,
      nextCharge: nextCharges(
        { ...service, product_name: names.productName, repricing: names.repricing, discounts },
        options,
        { coupon, now: means.business.now() },
      ),
      ...(await aroundOf(db, service, actor)),
    }
  },
)

interface Beside extends Announced {
  product_name: string
  product_kind: ProductKind
  server_name: string | null
  client_name: string
  coupon_id: string | null
  code: string
  percent_ppm: number | null
  currency: string | null
  amount_minor: bigint | null
  change_id: string | null
  invoice_id: string | null
  change_minor: bigint
  effective_on: IsoDate | null
  reason: string
}

/** What there is one of, or none: names, the coupon that still lowers it, the open change, the planned end. */
async function besideOf(db: Queries, { id }: ServiceRow) {
  const row = await db.get<Beside>(sql`
    select p.name as product_name, p.kind as product_kind, v.name as server_name, coalesce(c.company, c.name) as client_name,
      k.id as coupon_id, k.code, k.percent_ppm, k.currency, k.amount_minor,
      h.id as change_id, h.invoice_id, h.amount_minor as change_minor, x.effective_on, x.reason,
      r.id as repricing_id, r.from_on, r.new_amount_minor, r.new_recurring_minor, r.new_options
    from services s join products p on p.id = s.product_id join clients c on c.id = s.client_id
    left join servers v on v.id = s.server_id
    left join coupons k on k.id = s.coupon_id and (s.coupon_cycles_left is null or s.coupon_cycles_left <> 0)
    left join service_changes h on h.service_id = s.id and h.status = 'pending'
    left join cancellations x on x.service_id = s.id and x.status = 'planned'
    ${ANNOUNCED}
    where s.id = ${id} limit 1`)
  assert(row, `service ${id} has a product and a client`)
  const { code, percent_ppm, currency, amount_minor, invoice_id, effective_on, reason } = row
  return {
    productName: row.product_name,
    productKind: row.product_kind,
    serverName: row.server_name,
    clientName: row.client_name,
    coupon:
      row.coupon_id === null ? undefined : { id: row.coupon_id, code, percent_ppm, currency, amount_minor },
    pendingChange:
      row.change_id === null ? null : { id: row.change_id, invoice_id, amount_minor: row.change_minor },
    cancellation: effective_on === null ? null : { reason, effective_on },
    repricing: announced(row),
  }
}

async function aroundOf(db: Queries, service: ServiceRow, actor: Actor) {
  const { id } = service
  const isClient = actor.kind === 'client'
  const fields = await db.all<ShownField>(sql`
    select f.*, q.kind, x.file_name from service_fields f left join order_fields q on q.id = f.field_id
    left join files x on q.kind = 'file' and x.id = f.value
    where f.service_id = ${id} ${isClient ? sql`and not (coalesce(q.kind, '') = 'file' and ${takenOver(id)})` : sql``} order by f.field_id`)
  const holds = await db.all<HoldRow>(
    sql`select * from service_holds where service_id = ${id} order by placed_at`,
  )
  const parts = await db.all<ServiceRow>(sql`select * from services where parent_id = ${id} order by id`)
  const deliveries = await db.all<DeliveryRow>(
    sql`select * from deliveries where service_id = ${id} ${isClient ? sql`and client_id = ${service.client_id}` : sql``}
      order by id desc limit ${DELIVERIES_MAX}`,
  )
  const access = maySeeAccess(service, actor) ? await accessOf(db, id) : []
  return {
    fields,
    holds,
    access,
    parts,
    deliveries,
  }
}

/** What was sent with the order came from the client of before, and is for staff. */
export const takenOver = (serviceId: string): Sql =>
  sql`exists (select 1 from service_transfer_items m where m.service_id = ${serviceId})`

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
      grant.clientId === service.client_id &&
      (grant.serviceId === null || grant.serviceId === service.id) &&
      covers(grant.rights, 'service.reveal_access'),
  )
}
