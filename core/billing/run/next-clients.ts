import { join, sql, type Queries, type Sql } from '../../db/index.ts'
import type { BillableSource, DueWindow } from '../billable-source.ts'
import { isParked } from './set-aside.ts'

export interface NextClients {
  /** In order. */
  clientIds: string[]
  /** Those that have something for these clients, or may join what others have. */
  sources: BillableSource[]
}

export interface ClientsWanted {
  window: DueWindow
  /** The last one before these. */
  after: string
  limit: number
  /** Leaves out those whom staff have to look at first. */
  unparked?: boolean
}

/**
 * The next clients over all sources: as many as every source could see, so that none is passed over. One statement,
 * whatever the number of sources.
 */
export async function nextClients(
  queries: Queries,
  sources: readonly BillableSource[],
  wanted: ClientsWanted,
): Promise<NextClients> {
  const rows = await queries.all<NamedClient>(namedClients(sources, wanted))
  return chosenClients(rows, sources, wanted.limit)
}

export interface NamedClient {
  client_id: string
  /** The place of the source that names it. */
  source: number
}

/** The statement: of each source as many as are wanted. */
export const namedClients = (sources: readonly BillableSource[], wanted: ClientsWanted): Sql =>
  join(
    sources.flatMap((source, i) =>
      source.dueClients(wanted.window).map((clients) => firstOf(clients, i, wanted)),
    ),
    ' union all ',
  )

export function chosenClients(
  rows: readonly NamedClient[],
  sources: readonly BillableSource[],
  limit: number,
): NextClients {
  const ids = new Set(rows.map((row) => row.client_id))
  const clientIds = [...ids].sort().slice(0, limit)
  const last = clientIds.at(-1)
  const naming = new Set(rows.flatMap((row) => (row.client_id <= last! ? [row.source] : [])))
  return { clientIds, sources: sources.filter(({ joins }, i) => joins || naming.has(i)) }
}

/** Each has its own order and limit, so that an index gives them without reading the rest. */
function firstOf(clients: Sql, source: number, { after, limit, unparked }: ClientsWanted): Sql {
  const but = unparked ? sql`and not ${isParked(sql`due.client_id`)}` : sql``
  return sql`
    select client_id, cast(${source} as integer) as source from (
      select distinct due.client_id from (${clients}) due where due.client_id > ${after} ${but}
      order by due.client_id limit ${limit}) named`
}
