import { sql, type Queries, type Sql } from '../../db/index.ts'
import { addDays, maxDay, type Actor, type IsoDate } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { owedOn } from '../dunning/owed-on.ts'
import { nothingComing } from '../payments/under-way.ts'
import type { BilledDay, GracePreset, OverdueCharge, OverdueService, OverdueServices } from '../ports.ts'
import { eachByItself } from './each-by-itself.ts'
import { ofBrands } from './zones.ts'

const BATCH = 200

export interface Sanctions {
  suspend: OverdueService[]
  terminate: OverdueService[]
}

export type OverdueDay = BilledDay & { rules: GracePreset }

/** Suspends, and later terminates, what stands on documents unpaid for longer than the grace of each service. */
export async function sanctionOverdue(
  means: Means,
  services: OverdueServices,
  day: OverdueDay,
  actor: Actor,
): Promise<{ suspended: number; terminated: number }> {
  const done = { suspended: 0, terminated: 0 }
  for await (const batch of ripeServices(means.db, services, day)) {
    const held = { refusal: 'service.hold_refused', failure: 'service.hold_failed', actor }
    done.suspended += await eachByItself(
      means,
      { ...held, ids: batch.suspend.map(idOf) },
      async (trx, ids) => (await services.suspend(trx, ids, actor)).length,
    )
    const ends = { refusal: 'service.end_refused', failure: 'service.end_failed', actor }
    const terminate = { ...ends, ids: batch.terminate.map(idOf) }
    done.terminated += await eachByItself(means, terminate, async (trx, ids) => {
      await services.terminate(trx, ids, actor)
      return ids.length
    })
  }
  return done
}

const idOf = ({ service_id }: OverdueService): string => service_id

/** Batches of services whose grace is over on the day. */
async function* ripeServices(
  queries: Queries,
  services: OverdueServices,
  day: OverdueDay,
): AsyncGenerator<Sanctions> {
  for (let after = ''; ;) {
    const batch = sql`${overdueCharges(day, sql`l.source_id > ${after}`)} order by l.source_id limit ${BATCH}`
    const overdue = await services.dunningDays(queries, batch, day.rules)
    if (overdue.length === 0) return
    yield ripe(overdue, day.on)
    if (overdue.length < BATCH) return
    after = overdue.at(-1)!.id
  }
}

/**
 * What is charged on issued, unpaid documents that are past their due day, with the oldest due day of each. A change
 * that waits for its payment is asked for, not owed: it has not happened. "cross" makes SQLite begin with what is open,
 * not with every line that was ever written.
 */
export const overdueCharges = ({ on, brandIds }: BilledDay, among: Sql): Sql => sql`
  select l.source_id as id, min(${owedOn}) as due_on from invoices i cross join invoice_lines l
  where l.invoice_id = i.id and i.status = 'issued' and i.kind = 'invoice' and i.origin <> 'change' and i.suspected_at is null and ${owedOn} < ${on} and ${among} and ${nothingComing} and ${ofBrands(sql`i.brand_id`, brandIds)}
  group by l.source_id`

export const isService = (row: OverdueCharge): row is OverdueCharge & OverdueService =>
  row.service_id !== null

function ripe(overdue: readonly OverdueCharge[], today: IsoDate): Sanctions {
  const days = overdue.filter(isService).map((row) => ({ row, ...sanctionDays(row) }))
  const isRipe = (on: IsoDate | null) => on !== null && on <= today
  const terminate = days.filter(({ terminateOn }) => isRipe(terminateOn))
  const suspend = days.filter(({ suspendOn, terminateOn }) => isRipe(suspendOn) && !isRipe(terminateOn))
  return { suspend: suspend.map(({ row }) => row), terminate: terminate.map(({ row }) => row) }
}

export interface SanctionDays {
  suspendOn: IsoDate | null
  terminateOn: IsoDate | null
}

/** Pure: from which day on a service is suspended and terminated while nothing is paid; null: it is so already. */
export function sanctionDays(row: OverdueService): SanctionDays {
  const { due_on, suspend_after: sparedUntil } = row
  const soonest = addDays(sparedUntil === null ? due_on : maxDay(due_on, sparedUntil), 1)
  const after = (days: number) => maxDay(soonest, addDays(due_on, days))
  return {
    suspendOn: row.may_suspend === 1 ? after(row.grace_days) : null,
    terminateOn: row.may_terminate === 1 ? after(row.terminate_days) : null,
  }
}
