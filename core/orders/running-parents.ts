import type { Product } from '../catalog/index.ts'
import { list, sql, type Queries, type Sql } from '../db/index.ts'
import { recurs } from '../kernel/index.ts'
import { spansOf, type Parent, type ServiceRow } from '../services/index.ts'
import type { ItemWish } from './items.ts'

/** Running services for which add-ons are ordered, by id: those of the client whose order it is. */
export type Parents = ReadonlyMap<string, RunningParent>

export interface RunningParent {
  /** Null when it is not charged by period: an add-on then has days of its own. */
  days: Parent | null
  currency: string
  /** Add-ons that go with its product. */
  addonIds: ReadonlySet<string>
  /** Why nothing can be added to it now. */
  problem: string | null
}

export async function runningParents(
  queries: Queries,
  wishes: readonly ItemWish[],
  { clientId, lock = sql`` }: { clientId: string; lock?: Sql },
): Promise<Parents> {
  const ids = [...new Set(wishes.flatMap(({ service_id: id }) => (id === undefined ? [] : [id])))]
  if (ids.length === 0) return new Map()
  const services = await queries.all<ServiceRow>(
    sql`select * from services where id in (${list(ids)}) and client_id = ${clientId} order by id ${lock}`,
  )
  const links = await queries.all<{ product_id: string; addon_id: string }>(sql`
    select product_id, addon_id from product_addons where product_id in (${list(services.map((row) => row.product_id))})`)
  return new Map(services.map((service) => [service.id, parentOf(service, links)]))
}

function parentOf(
  service: ServiceRow,
  links: readonly { product_id: string; addon_id: string }[],
): RunningParent {
  const own = links.filter(({ product_id }) => product_id === service.product_id)
  return {
    days: daysOf(service),
    currency: service.currency,
    addonIds: new Set(own.map(({ addon_id }) => addon_id)),
    problem: problemOf(service),
  }
}

function daysOf(service: ServiceRow): Parent | null {
  const { anchor_on: anchorOn, cycle, period_index: periodIndex } = service
  if (anchorOn === null || !recurs(cycle)) return null
  return { anchorOn, cycle, periodIndex, spans: spansOf(service) }
}

function problemOf({ billing_status: status, paused_on, parent_id }: ServiceRow): string | null {
  if (parent_id !== null) return 'is a part of another service'
  if (paused_on !== null) return 'is paused; resume it first'
  return status === 'active' ? null : 'does not run, so nothing can be added to it'
}

/** What speaks against this add-on for its running service; null when nothing does. */
export function parentProblem(
  parents: Parents | undefined,
  wish: ItemWish,
  { product, currency }: { product: Product; currency: string },
): string | null {
  if (wish.service_id === undefined) return null
  const parent = parents?.get(wish.service_id)
  if (!parent) return 'is not a service of this client'
  if (parent.problem) return parent.problem
  if (!parent.addonIds.has(product.id)) return `is not one that "${product.name}" goes with`
  return parent.currency === currency ? null : `is charged in ${parent.currency}`
}
