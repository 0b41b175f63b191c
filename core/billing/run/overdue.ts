import { sql, type Queries } from '../../db/index.ts'
import { addDays, type Actor, type IsoDate } from '../../kernel/index.ts'
import { scopedSetting, unlessRefused, type Means } from '../../records/index.ts'
import { owedOn } from '../instalments/owed-on.ts'
import { nothingComing } from '../payments/under-way.ts'
import type { BilledDay, DunningDays, GracePreset, OverdueServices } from '../ports.ts'
import { suspendAfter, terminateAfter } from '../settings.ts'
import { ofBrands } from './zones.ts'

const BATCH = 200

export interface Sanctions {
  suspend: string[]
  terminate: string[]
}

/** Suspends, and later terminates, what stands on documents unpaid for longer than the grace of each service. */
export async function sanctionOverdue(
  means: Means,
  services: OverdueServices,
  day: BilledDay,
  actor: Actor,
): Promise<{ suspended: number; terminated: number }> {
  const done = { suspended: 0, terminated: 0 }
  for await (const batch of ripeServices(means.db, services, day)) {
    const suspend = { ids: batch.suspend, refusal: 'service.hold_refused', actor }
    done.suspended += await unlessRefused(
      means,
      suspend,
      async (trx, ids) => (await services.suspend(trx, ids, actor)).length,
    )
    const terminate = { ids: batch.terminate, refusal: 'service.end_refused', actor }
    done.terminated += await unlessRefused(means, terminate, async (trx, ids) => {
      await services.terminate(trx, ids, actor)
      return ids.length
    })
  }
  return done
}

/** Batches of services whose grace is over on the day: the same for the run and for its preview. */
export async function* ripeServices(
  queries: Queries,
  services: OverdueServices,
  day: BilledDay,
): AsyncGenerator<Sanctions> {
  let preset: GracePreset | undefined
  for (let after = ''; ;) {
    const overdue = await overdueSources(queries, day, after)
    if (overdue.length === 0) return
    preset ??= {
      suspend: await scopedSetting(queries, suspendAfter),
      terminate: await scopedSetting(queries, terminateAfter),
    }
    const days = await services.dunningDays(
      queries,
      overdue.map((row) => row.id),
      preset,
    )
    yield ripe(new Map(overdue.map((row) => [row.id, row.due_on])), days, day.on)
    if (overdue.length < BATCH) return
    after = overdue.at(-1)!.id
  }
}

/**
 * What is charged on issued, unpaid documents that are past their due day, with the oldest due day of each. A change
 * that waits for its payment is asked for, not owed: it has not happened.
 */
function overdueSources(
  queries: Queries,
  { on, brandIds }: BilledDay,
  after: string,
): Promise<{ id: string; due_on: IsoDate }[]> {
  return queries.all<{ id: string; due_on: IsoDate }>(sql`
    select l.source_id as id, min(${owedOn}) as due_on from invoices i join invoice_lines l on l.invoice_id = i.id
    where i.status = 'issued' and i.kind = 'invoice' and i.origin <> 'change' and ${owedOn} < ${on} and l.source_id > ${after} and ${nothingComing} and ${ofBrands(sql`i.brand_id`, brandIds)}
    group by l.source_id order by l.source_id limit ${BATCH}`)
}

function ripe(dueOn: ReadonlyMap<string, IsoDate>, days: readonly DunningDays[], today: IsoDate): Sanctions {
  const over = (row: DunningDays, grace: number) => dueOn.get(row.service_id)! <= addDays(today, -grace)
  const open = days.filter((row) => row.suspend_after === null || row.suspend_after < today)
  const terminate = open.filter((row) => over(row, row.terminate_days)).map((row) => row.service_id)
  const suspend = open.filter((row) => over(row, row.grace_days)).map((row) => row.service_id)
  return { suspend: suspend.filter((id) => !terminate.includes(id)), terminate }
}
