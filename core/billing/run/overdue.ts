import { list, name, sql, type Queries, type Trx } from '../../db/index.ts'
import { addDays, type Actor, type IsoDate } from '../../kernel/index.ts'
import { readSettings, type Means } from '../../records/index.ts'
import type { OverdueServices } from '../ports.ts'
import { suspendAfter, terminateAfter } from '../settings.ts'

const BATCH = 200

type Sanction = 'suspend' | 'terminate'

/** Suspends, and later terminates, what stands on documents unpaid for longer than the grace of each service. */
export async function sanctionOverdue(
  means: Means,
  services: OverdueServices,
  today: IsoDate,
  actor: Actor,
): Promise<Record<Sanction, number>> {
  const values = await readSettings(means.db, [suspendAfter, terminateAfter])
  const suspend = await sanction(means, {
    kind: 'suspend',
    days: values.get(suspendAfter.key) as number,
    today,
    act: (trx, ids) => services.suspend(trx, ids, today, actor),
  })
  const terminate = await sanction(means, {
    kind: 'terminate',
    days: values.get(terminateAfter.key) as number,
    today,
    act: (trx, ids) => services.terminate(trx, ids, actor),
  })
  return { suspend, terminate }
}

interface Plan {
  kind: Sanction
  days: number
  today: IsoDate
  act: (trx: Trx, ids: readonly string[]) => Promise<string[]>
}

async function sanction(means: Means, plan: Plan): Promise<number> {
  let touched = 0
  let after = ''
  for (;;) {
    const ids = await overdueServices(means.db, plan, after)
    if (ids.length === 0) return touched
    touched += await means.db.transaction(async (trx) => (await plan.act(trx, ids)).length)
    after = ids.at(-1)!
  }
}

/** Services on issued, unpaid documents whose due day is further back than their grace. A service may have its own. */
export async function overdueServices(
  queries: Queries,
  plan: Pick<Plan, 'kind' | 'days' | 'today'>,
  after: string,
): Promise<string[]> {
  const own = name(plan.kind === 'suspend' ? 's.grace_days' : 's.terminate_days')
  const states = list(plan.kind === 'suspend' ? ['live', 'changing'] : ['live', 'changing', 'suspended'])
  const rows = await queries.all<{ id: string; due_on: IsoDate; own_days: number | null }>(sql`
    select s.id, min(i.due_on) as due_on, ${own} as own_days from services s
    join invoice_lines l on l.source_id = s.id join invoices i on i.id = l.invoice_id
    where i.status = 'issued' and i.kind = 'invoice' and i.due_on < ${plan.today} and s.id > ${after}
      and s.billing_status in ('active', 'ending') and s.delivery_status in (${states})
      and (s.suspend_after is null or s.suspend_after < ${plan.today})
    group by s.id, ${own} order by s.id limit ${BATCH}`)
  const ripe = rows.filter((row) => row.due_on <= addDays(plan.today, -(row.own_days ?? plan.days)))
  // Nothing ripe among a full batch still has to be stepped over.
  if (ripe.length === 0 && rows.length === BATCH) return overdueServices(queries, plan, rows.at(-1)!.id)
  return ripe.map((row) => row.id)
}
