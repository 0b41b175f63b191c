import { Type } from '../../sdk/index.ts'
import type { GracePreset, OverdueCharge } from '../billing/index.ts'
import { list, sql, type Queries, type Sql, type Trx } from '../db/index.ts'
import { isoDate, type Actor } from '../kernel/index.ts'
import { defineVerb, demandCheck, updateVersioned, type Means } from '../records/index.ts'
import { recordAudit } from '../audit/index.ts'
import { forUpdate, lockOwnService } from './load.ts'
import { placeHold } from './place-hold.ts'
import type { ServiceRow } from './rows.ts'
import { chargedSuspended } from './service-source.ts'

/**
 * The port of billing: holds services whose invoice is overdue. Leaves out those that staff spare for now and those
 * that have ended. Answers the ids that are held afterwards by this call.
 */
export async function suspendOverdue(
  means: Means,
  trx: Trx,
  serviceIds: readonly string[],
  actor: Actor,
): Promise<string[]> {
  const services = await trx.all<ServiceRow>(sql`
    select s.* from services s where s.id in (${list(serviceIds)}) and s.billing_status in ('active', 'ending')
      and not exists (select 1 from service_holds h where h.service_id = s.id and h.reason = 'overdue')
    order by s.id ${forUpdate(trx)}`)
  const held: string[] = []
  for (const service of services) {
    if (service.suspend_after !== null && means.business.today(service.zone) <= service.suspend_after)
      continue
    await placeHold(means, trx, { service, reason: 'overdue' }, actor)
    held.push(service.id)
  }
  return held
}

/** The condition that something of a service (s) exists at its provider. */
export const isDelivered: Sql = sql`s.delivery_status in ('live', 'changing', 'suspended')`

/** What a service (s) of a product (p) says about days of grace, else what holds for its scopes, and what may be done to it. */
export function graceColumns(preset: GracePreset): Sql {
  const columns = {
    brand: sql`s.brand_id`,
    group: sql`p.group_id`,
    product: sql`p.id`,
    client: sql`s.client_id`,
  }
  const suspend = preset.suspend.text(columns, { product: sql`cast(p.grace_days as text)` })
  const terminate = preset.terminate.text(columns, { product: sql`cast(p.terminate_days as text)` })
  return sql`s.id as service_id, s.label, s.client_id, coalesce(c.company, c.name) as client_name,
      coalesce(s.grace_days, cast(${suspend} as integer)) as grace_days,
      coalesce(s.terminate_days, cast(${terminate} as integer)) as terminate_days, s.suspend_after,
      case when s.billing_status in ('active', 'ending') and not exists (select 1 from service_holds h where h.service_id = s.id and h.reason = 'overdue') then 1 else 0 end as may_suspend,
      case when s.billing_status <> 'ended' then 1 else 0 end as may_terminate,
      case when ${isDelivered} then 1 else 0 end as is_delivered, case when ${chargedSuspended} then 0 else 1 end as rests,
      (select string_agg(k.id, ' ') from services k where k.parent_id = s.id and k.billing_status <> 'ended') as parts`
}

/** One statement. */
export const dunningDays = (queries: Queries, overdue: Sql, preset: GracePreset): Promise<OverdueCharge[]> =>
  queries.all<OverdueCharge>(sql`
    select d.id, d.due_on, ${graceColumns(preset)}
    from (${overdue}) d left join services s on s.id = d.id left join products p on p.id = s.product_id
      left join clients c on c.id = s.client_id order by d.id`)

/** Staff keep a service from being suspended for debt up to and including a day; null ends that. */
export const spareService = defineVerb(
  {
    permission: 'service.spare',
    asks: ['service.spare:check'],
    audience: ['staff'],
    input: Type.Object({
      service_id: Type.String(),
      until_on: Type.Union([Type.String({ format: 'date' }), Type.Null()]),
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const row = await lockOwnService(trx, actor, { id: input.service_id, right: 'service.spare' })
      const state = {
        from: row.suspend_after === null ? 'free' : 'spared',
        to: input.until_on === null ? 'free' : 'spared',
      }
      const facts = { until_on: input.until_on }
      demandCheck(means, trx, actor, { noun: 'service', transition: 'spare', ...state, row, facts })
      const set = { suspend_after: input.until_on === null ? null : isoDate(input.until_on) }
      await updateVersioned(means, trx, { table: 'services', what: 'service', row, set })
      const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
      const before = { suspend_after: row.suspend_after }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'service.spare', before, after: set }])
    }),
)
