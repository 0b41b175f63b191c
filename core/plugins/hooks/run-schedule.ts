import { sql, type Trx } from '../../db/index.ts'
import { setTimer } from '../../jobs/index.ts'
import { instant, toMs } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { PluginCalls } from '../registry/plugin-calls.ts'

interface Scheduled {
  instance: string
  name: string
}

const TASK = 'plugins.run_schedule'
const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

interface Row {
  id: string
  manifest: string
}

/** The step of every ten minutes: every schedule of an active instance has a timer. Those that have one keep it. */
export async function planSchedules(means: Means): Promise<{ planned: number }> {
  const rows = await means.db.all<Row>(sql`
    select i.id, p.manifest from plugin_instances i join plugins p on p.id = i.plugin_id
    where i.status = 'active' and p.status = 'enabled' order by i.id`)
  const wanted = rows.flatMap((row) => schedulesOf(row).map(({ name }) => ({ instance: row.id, name })))
  let planned = 0
  for (const scheduled of wanted) {
    planned += await means.db.transaction(async (trx) => {
      const known = await trx.get(sql`select id from timers where timer_key = ${keyOf(scheduled)}`)
      if (known) return 0
      await wakeAt(means, trx, scheduled, 0)
      return 1
    })
  }
  return { planned }
}

/**
 * The job: sets the next run, then calls the plugin. An instance that is off, or a version without the schedule, is
 * not called and not planned again. A run that fails is left to the next one.
 */
export async function runSchedule(
  means: Means & { plugins: PluginCalls },
  { instance, name }: Scheduled,
): Promise<void> {
  const row = await means.db.get<Row>(sql`
    select i.id, p.manifest from plugin_instances i join plugins p on p.id = i.plugin_id
    where i.id = ${instance} and i.status = 'active' and p.status = 'enabled'`)
  const schedule = row && schedulesOf(row).find((one) => one.name === name)
  if (!schedule) return
  await means.db.transaction((trx) => wakeAt(means, trx, { instance, name }, msOf(schedule.every)))
  await means.plugins
    .call(instance, 'schedule', name, {}, { deadline: 'job' })
    .catch((error: unknown) =>
      means.log.warn({ instance, schedule: name, error: String(error) }, 'plugin schedule failed'),
    )
}

const schedulesOf = (row: Row) => (JSON.parse(row.manifest) as Manifest).permissions?.schedules ?? []

const msOf = (every: string): number => Number.parseInt(every, 10) * UNITS[every.at(-1) as keyof typeof UNITS]

const keyOf = ({ instance, name }: Scheduled) => `schedule:${instance}:${name}`

/** Runs of one instance never overlap: they stand in one queue. */
function wakeAt(means: Means, trx: Trx, scheduled: Scheduled, inMs: number): Promise<void> {
  const now = means.business.now()
  return setTimer(trx, {
    id: means.newId('tmr'),
    task: TASK,
    key: keyOf(scheduled),
    queue: `schedule:${scheduled.instance}`,
    dueAt: instant(toMs(now) + inMs),
    payload: { ...scheduled },
    now,
  })
}
