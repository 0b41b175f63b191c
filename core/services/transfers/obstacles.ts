import { list, sql, type Queries } from '../../db/index.ts'
import { isMetered } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { ServiceRow } from '../rows.ts'
import { TransferBlocked } from './errors.ts'

/** What has to be settled before a service passes on, by name. */
export const obstacleNames = [
  'part_of_another',
  'not_active',
  'cancellation',
  'on_trial',
  'charged_by_the_hour',
  'paused',
  'held',
  'not_live',
  'work_open',
  'change_open',
  'unpaid_invoice',
  'unbilled_periods',
  'instalments',
  'dispute',
  'agreement',
] as const
export type ObstacleName = (typeof obstacleNames)[number]

export interface Obstacle {
  name: ObstacleName
  /** Number of a document, name of a service: what it is about, where that is not the service itself. */
  about: string | null
}

/** Everything that stands in the way of a service and what moves with it, in the order of the names. Two statements. */
export async function obstaclesOf(
  means: Pick<Means, 'business'>,
  queries: Queries,
  family: readonly ServiceRow[],
): Promise<Obstacle[]> {
  const [whole] = family
  const own = family.flatMap((service) =>
    ownObstacles(means, service).map((name) => ({ name, about: service === whole ? null : service.label })),
  )
  const part = whole!.parent_id === null ? [] : [{ name: 'part_of_another' as const, about: null }]
  const found = [...part, ...own, ...(await besideOf(queries, family))]
  return found.sort((a, b) => obstacleNames.indexOf(a.name) - obstacleNames.indexOf(b.name))
}

export async function demandFree(
  means: Pick<Means, 'business'>,
  queries: Queries,
  family: readonly ServiceRow[],
): Promise<void> {
  const [first] = await obstaclesOf(means, queries, family)
  if (first) throw TransferBlocked({ id: family[0]!.id, obstacle: first.name, about: first.about })
}

function ownObstacles({ business }: Pick<Means, 'business'>, service: ServiceRow): ObstacleName[] {
  const { billing_status: billing, delivery_status: delivery } = service
  const isThere = delivery === 'live' || (delivery === 'none' && service.delivery_on === 'never')
  const names: [boolean, ObstacleName][] = [
    [billing !== 'active' && billing !== 'ending', 'not_active'],
    [billing === 'ending', 'cancellation'],
    [service.trial_ends_on !== null && service.trial_ends_on > business.today(service.zone), 'on_trial'],
    [isMetered(service.cycle), 'charged_by_the_hour'],
    [service.paused_on !== null, 'paused'],
    [!isThere, 'not_live'],
  ]
  return names.flatMap(([stands, name]) => (stands ? [name] : []))
}

/** What other records say: holds, work, changes, and money that is not settled. */
function besideOf(queries: Queries, family: readonly ServiceRow[]): Promise<Obstacle[]> {
  const ids = list(family.map(({ id }) => id))
  const documents = sql`select l.invoice_id from invoice_lines l where l.source_id in (${ids})`
  return queries.all<Obstacle>(sql`
    select 'held' as name, null as about from service_holds where service_id in (${ids})
    union select 'work_open', null from deliveries where service_id in (${ids}) and status in ('open', 'waiting', 'failed')
    union select 'work_open', null from service_acts where service_id in (${ids}) and status in ('open', 'waiting')
    union select 'change_open', null from service_changes where service_id in (${ids}) and status = 'pending'
    union select 'unpaid_invoice', i.number from invoices i where i.kind = 'invoice' and i.status in ('issued', 'written_off') and i.id in (${documents})
    union select 'unbilled_periods', null from carried_lines w join charges c on c.id = w.charge_id where w.placed = 0 and c.source_id in (${ids})
    union select 'instalments', i.number from instalment_plans p join invoices i on i.id = p.invoice_id
      where p.status = 'active' and i.id in (${documents})
    union select 'dispute', d.reference from disputes d join payments p on p.id = d.payment_id
      where d.status in ('inquiry', 'open') and (p.invoice_id in (${documents})
        or exists (select 1 from allocations a where a.payment_id = p.id and a.invoice_id in (${documents})))
    union select 'agreement', g.reference from agreements g where g.status = 'live' and g.service_id in (${ids})
    order by 1, 2`)
}
