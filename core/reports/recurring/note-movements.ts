import { billedZones, ofBrands, type BilledZone } from '../../billing/index.ts'
import { list, sql, type Queries, type Trx } from '../../db/index.ts'
import { addDays, systemActor, type IsoDate } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { monthly, paying, type Paying } from '../of/mrr.ts'
import { planMovements, type Brings } from './plan-movements.ts'

const actor = systemActor('recurring_revenue')
export const TASK = 'reports.recurring'
/** Clients whose services are compared in one transaction. */
const CHUNK = 1_000

/**
 * Once a day for each zone, after its midnight: what services bring in a month, compared with what was noted last. What
 * differs is a movement of the day that has ended. Answers how many there were.
 */
export async function noteMovements(means: Means): Promise<number> {
  let noted = 0
  for (const zone of await billedZones(means.db)) {
    const today = means.business.today(zone.zone)
    if (await isDone(means.db, zone, today)) continue
    noted += await noteZone(means, zone, addDays(today, -1))
    await means.db.run(sql`
      insert into automated_acts (task, subject, period, outcome, acted_at) values (${TASK}, ${zone.zone}, ${today}, 'done', ${means.business.now()})
      on conflict (task, subject, period) do nothing`)
  }
  return noted
}

const isDone = async (queries: Queries, { zone }: BilledZone, today: IsoDate): Promise<boolean> =>
  (await queries.get(
    sql`select period from automated_acts where task = ${TASK} and subject = ${zone} and period = ${today}`,
  )) !== undefined

async function noteZone(means: Means, zone: BilledZone, on: IsoDate): Promise<number> {
  let noted = 0
  for (let after = ''; ;) {
    const clients = await means.db.all<{ client_id: string }>(sql`
      select distinct client_id from services where client_id > ${after} and ${ofBrands(sql`brand_id`, zone.brandIds)}
      order by client_id limit ${CHUNK}`)
    if (clients.length === 0) return noted
    const ids = clients.map((row) => row.client_id)
    noted += await means.db.transaction((trx) => noteChunk(trx, ids, on))
    after = ids.at(-1)!
  }
}

interface Held {
  service_id: string
  nth: number
  held_minor: bigint
}

async function noteChunk(trx: Trx, clientIds: readonly string[], on: IsoDate): Promise<number> {
  const services = await trx.all<{ id: string; client_id: string; brand_id: string; currency: string }>(sql`
    select id, client_id, brand_id, currency from services where client_id in (${list(clientIds)}) order by id`)
  const now = await trx.all<Paying & { id: string }>(
    sql`select f.* from (${paying({ actor, brandId: null })}) f join services s on s.id = f.id where s.client_id in (${list(clientIds)})`,
  )
  const held = await trx.all<Held>(sql`
    select m.service_id, max(m.nth) as nth, sum(m.moved_minor) as held_minor from services s
    join recurring_movements m on m.service_id = s.id where s.client_id in (${list(clientIds)}) group by m.service_id`)
  const brings = new Map(now.map((row) => [row.id, monthly(row)]))
  const noted = new Map(held.map((row) => [row.service_id, row]))
  const rows = [...Map.groupBy(services, (row) => row.client_id).values()].flatMap((own) => {
    const compared = own.map(({ id }): Brings => ({
      serviceId: id,
      beforeMinor: noted.get(id)?.held_minor ?? 0n,
      afterMinor: brings.get(id) ?? 0n,
    }))
    const known = new Map(own.map((row) => [row.id, row]))
    const wasClient = own.some(({ id }) => noted.has(id))
    return planMovements(compared, wasClient).map(({ serviceId, kind, movedMinor }) => {
      const { client_id, brand_id, currency } = known.get(serviceId)!
      return {
        ...{
          service_id: serviceId,
          nth: (noted.get(serviceId)?.nth ?? 0) + 1,
          brand_id,
          client_id,
          currency,
        },
        ...{ moved_on: on, kind, moved_minor: movedMinor },
      }
    })
  })
  if (rows.length > 0) await trx.insert('recurring_movements', rows)
  return rows.length
}
