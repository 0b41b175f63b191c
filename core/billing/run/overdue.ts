import { sql, type Queries, type Sql } from '../../db/index.ts'
import { addDays, type Actor, type IsoDate } from '../../kernel/index.ts'
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

/** Batches of services whose grace is over on the day: the same for the run and for its preview. */
export async function* ripeServices(
  queries: Queries,
  services: OverdueServices,
  day: OverdueDay,
): AsyncGenerator<Sanctions> {
  for (let after = ''; ;) {
    const overdue = await services.dunningDays(queries, overdueCharges(day, after), day.rules)
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
const overdueCharges = ({ on, brandIds }: BilledDay, after: string): Sql => sql`
  select l.source_id as id, min(${owedOn}) as due_on from invoices i cross join invoice_lines l
  where l.invoice_id = i.id and i.status = 'issued' and i.kind = 'invoice' and i.origin <> 'change' and i.suspected_at is null and ${owedOn} < ${on} and l.source_id > ${after} and ${nothingComing} and ${ofBrands(sql`i.brand_id`, brandIds)}
  group by l.source_id order by l.source_id limit ${BATCH}`

function ripe(overdue: readonly OverdueCharge[], today: IsoDate): Sanctions {
  const over = ({ due_on }: OverdueService, grace: number) => due_on <= addDays(today, -grace)
  const services = overdue.filter((row): row is OverdueCharge & OverdueService => row.service_id !== null)
  const open = services.filter((row) => row.suspend_after === null || row.suspend_after < today)
  const terminate = open.filter((row) => over(row, row.terminate_days))
  const suspend = open.filter((row) => over(row, row.grace_days))
  return { suspend: suspend.filter((row) => !terminate.includes(row)), terminate }
}
