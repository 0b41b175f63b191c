import { sql, type Queries } from '../../db/index.ts'
import { addDays, maxDay, minDay, type IsoDate } from '../../kernel/index.ts'
import type { OverdueServices, OverdueService, ServiceAhead, ServicesUntil } from '../ports.ts'
import { overdueCharges, sanctionDays, type OverdueDay } from './overdue.ts'
import type { World } from './world-ahead.ts'

/** A service to which something happens on a day. */
export interface ServiceAct {
  on: IsoDate
  id: string
  label: string
  clientId: string
  clientName: string
  /** Whether its client is told by a mail when the provider has done it. */
  isTold: boolean
}

interface ChunkAhead {
  clientIds: readonly string[]
  lastInvoicedOn: ReadonlyMap<string, IsoDate>
}

export interface SanctionsAhead {
  /** What services do by themselves. */
  ownOf: ServicesUntil
  suspensions: ServiceAct[]
  terminations: ServiceAct[]
  /** By service and part the day on which it is terminated. */
  goneOn: ReadonlyMap<string, IsoDate>
  /** By service and part the last day on which a run still invoices it. */
  lastIssue: ReadonlyMap<string, IsoDate>
}

/** What is suspended and terminated up to a day while nothing is paid, by the statement and the days of the run. */
export async function sanctionsAhead(
  queries: Queries,
  services: OverdueServices,
  of: { world: World; today: IsoDate; until: OverdueDay } & ChunkAhead,
): Promise<SanctionsAhead> {
  const charges = of.world(overdueCharges(of.until, sql`l.source_id is not null`))
  const query = { today: of.today, until: of.until.on, clientIds: of.clientIds, overdue: charges }
  const { overdue: rows, ownOf } = await services.ahead(queries, query, of.until.rules)
  const endsOn = new Map(endings(ownOf(of.lastInvoicedOn)).map(({ id, on }) => [id, on]))
  const planned = rows.map((row) => ({ row, ...daysAhead(row, { ...of, endsOn }) }))
  const suspensions = planned.flatMap(({ row, suspendOn }) => (suspendOn ? actOf(row, suspendOn) : []))
  const terminations = planned.flatMap(({ row, terminateOn }) => (terminateOn ? actOf(row, terminateOn) : []))
  const rests = planned.flatMap(({ row, suspendOn: on }) =>
    on && row.rests === 1 && row.is_delivered === 1 ? actOf(row, on) : [],
  )
  const parts = new Map(rows.map((row) => [row.service_id, row.parts?.split(' ') ?? []]))
  const goneOn = daysOf(terminations, parts)
  return { suspensions, terminations, ownOf, goneOn, lastIssue: earlier(daysOf(rests, parts), goneOn) }
}

/** What happens to a service happens to its parts, unless it happened to them before. */
function daysOf(
  acts: readonly ServiceAct[],
  parts: ReadonlyMap<string, readonly string[]>,
): Map<string, IsoDate> {
  const own = new Map(acts.map(({ id, on }) => [id, on]))
  const withParent = acts.flatMap(({ id, on }) => parts.get(id)!.map((part): [string, IsoDate] => [part, on]))
  return earlier(own, new Map(withParent))
}

function earlier(a: ReadonlyMap<string, IsoDate>, b: ReadonlyMap<string, IsoDate>): Map<string, IsoDate> {
  const days = new Map(a)
  for (const [id, on] of b) days.set(id, minDay(on, days.get(id) ?? on))
  return days
}

interface Days {
  today: IsoDate
  until: OverdueDay
  endsOn: ReadonlyMap<string, IsoDate>
}

/** What ends by itself on a day does so before anything is suspended on it. */
function daysAhead(row: OverdueService, { today, until, endsOn }: Days) {
  const { suspendOn, terminateOn } = sanctionDays(row)
  const end = endsOn.get(row.service_id)
  const last = end && end <= until.on ? addDays(end, -1) : until.on
  const within = (on: IsoDate | null) => (on !== null && maxDay(today, on) <= last ? maxDay(today, on) : null)
  const [held, gone] = [within(suspendOn), within(terminateOn)]
  return { suspendOn: held !== null && (gone === null || held < gone) ? held : null, terminateOn: gone }
}

const actOf = (row: OverdueService, on: IsoDate): ServiceAct => ({
  ...{ on, id: row.service_id, label: row.label, clientId: row.client_id, clientName: row.client_name },
  isTold: row.is_delivered === 1,
})

/** Services that end by themselves. */
export const endings = (ahead: readonly ServiceAhead[]): ServiceAct[] =>
  ahead
    .filter(({ template }) => template === null)
    .map((row) => ({
      ...{ on: row.on, id: row.service_id, label: row.label, clientId: row.client_id },
      ...{ clientName: row.client_name, isTold: row.is_delivered === 1 },
    }))
