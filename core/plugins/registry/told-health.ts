import { name, sql, type Db, type Queries } from '../../db/index.ts'
import { instant, type Clock, type Instant } from '../../kernel/index.ts'
import type { Log } from '../../log/index.ts'
import type { PluginsHealth } from '../plugins.ts'

/** A process of Berth that runs plugin hosts, beside others on the same database. */
export interface HostingProcess {
  id: string
  /** "web", "work" or "serve": what it was started as. */
  role: string
  /** Name of its machine or container. */
  machine: string
  pid: number
  started_at: Instant
}

/** What a process said of its hosts when it spoke last. */
export interface ToldHealth {
  process: HostingProcess
  told_at: Instant
  /** It should have spoken since: it was ended without a word, hangs, or does not reach the database. */
  silent: boolean
  health: PluginsHealth
}

/** A write a process in this time, however many calls it makes. */
export const TELL_MS = 30_000
/** Two tellings may be late or lost. */
export const SILENT_MS = 3 * TELL_MS
/** What has been silent for so long is forgotten. */
const FORGOTTEN_MS = 86_400_000
const FIGURES_TOLD = 200
const NAMES_TOLD = 100

interface TellingMeans {
  db: Db
  clock: Clock
  log: Log
}

export interface HealthTeller {
  start(): Promise<void>
  tell(): Promise<void>
  /** Takes its row away: it is not silent but gone. Without a database the row stays, and it will be called silent. */
  stop(): Promise<void>
}

/** Writes briefly and rarely what the hosts of this process do, for the page that another process draws. */
export function healthTeller(
  means: TellingMeans,
  process: HostingProcess,
  health: () => Promise<PluginsHealth>,
): HealthTeller {
  let [timer, stopped]: [NodeJS.Timeout | undefined, boolean] = [undefined, false]
  const tell = async () => {
    const told = { ...process, told_at: means.clock.now(), health: JSON.stringify(briefly(await health())) }
    if (stopped) return
    await means.db.run(sql`
      insert into plugin_processes (id, role, machine, pid, started_at, told_at, health)
      values (${told.id}, ${told.role}, ${told.machine}, ${told.pid}, ${told.started_at}, ${told.told_at}, ${told.health})
      on conflict (id) do update set told_at = excluded.told_at, health = excluded.health`)
  }
  const warn = (text: string) => (error: unknown) => means.log.warn({ error: String(error) }, text)
  const tellOrWarn = () => void tell().catch(warn('the health of plugins was not told'))
  return {
    tell,
    async start() {
      await forget(means, process)
      tellOrWarn()
      timer = setInterval(tellOrWarn, TELL_MS).unref()
    },
    async stop() {
      stopped = true
      clearInterval(timer)
      await means.db
        .run(sql`delete from plugin_processes where id = ${process.id}`)
        .catch(warn('what was told of the health of plugins was not taken back'))
    },
  }
}

/** Of each instance the last call alone, and no more than a page can show. */
const briefly = (health: PluginsHealth): PluginsHealth => ({
  ...health,
  suspects: health.suspects.slice(0, NAMES_TOLD),
  tripped: health.tripped.slice(0, NAMES_TOLD),
  figures: health.figures.slice(-FIGURES_TOLD).map((one) => ({ ...one, last: one.last.slice(0, 1) })),
  outside: health.outside.slice(-FIGURES_TOLD),
})

/** Those that ended without a word on this machine are known to be gone; others once nobody can mean them any more. */
async function forget({ db, clock }: TellingMeans, { machine, pid: own }: HostingProcess): Promise<void> {
  const rows = await db.all<{ id: string; machine: string; pid: number; told_at: Instant }>(
    sql`select id, machine, pid, told_at from plugin_processes`,
  )
  const long = instant(clock.ms() - FORGOTTEN_MS)
  for (const { id, pid, ...row } of rows)
    if (row.told_at < long || (row.machine === machine && (pid === own || !runs(pid))))
      await db.run(sql`delete from ${name('plugin_processes')} where id = ${id}`)
}

/** Whoever may not be sent a signal runs. */
function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}

/** What the processes beside this one said, the oldest process first. */
export async function toldHealths(
  { db, clock }: { db: Queries; clock: Clock },
  own: string,
): Promise<ToldHealth[]> {
  const rows = await db.all<HostingProcess & { told_at: Instant; health: string }>(sql`
    select id, role, machine, pid, started_at, told_at, health from plugin_processes
    where id <> ${own} order by started_at, id`)
  const since = instant(clock.ms() - SILENT_MS)
  return rows.map(({ told_at, health, ...process }) => ({
    ...{ process, told_at, silent: told_at < since },
    health: JSON.parse(health) as PluginsHealth,
  }))
}
