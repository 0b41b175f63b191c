import { forUpdate, list, sql, type Trx } from '../db/index.ts'
import { PlaceFull } from './errors.ts'
import { groupPlaces, type Place } from './free-places.ts'

/** A service that is about to be made, and what was chosen for it that stands for a group of servers. */
export interface WantedPlace extends Place {
  /** "Location: Frankfurt" */
  label: string
}

/**
 * Refuses services for which no place is free where they were to stand. The servers stay locked until the transaction
 * ends, so two orders never count the same free place: the services themselves, made in it, hold theirs.
 */
export async function reservePlaces(trx: Trx, wanted: readonly WantedPlace[]): Promise<void> {
  if (wanted.length === 0) return
  const instances = [...new Set(wanted.map(({ instanceId }) => instanceId))]
  await trx.all(sql`
    select id from servers where status = 'active' and instance_id in (${list(instances)}) order by id
    ${forUpdate(trx.dialect)}`)
  const { freeIn } = await groupPlaces(trx, instances)
  for (const of of Map.groupBy(wanted, ({ instanceId, groupId }) => `${instanceId} ${groupId}`).values()) {
    const [{ label, ...place }] = of as [WantedPlace]
    const free = freeIn(place)
    if (free !== null && free < of.length) throw PlaceFull({ choice: label, free, asked: of.length })
  }
}
