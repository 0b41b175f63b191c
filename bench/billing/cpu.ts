import { readFileSync, readdirSync } from 'node:fs'
import { sql, type Db } from '../../core/db/index.ts'
import { assert } from '../../core/kernel/index.ts'

const TICKS_PER_SECOND = 100

export interface Cost {
  /** CPU of this process, all threads, and of the database server when there is one. */
  cpuSeconds: number
  seconds: number
}

/** What the work costs this process. */
export async function costOf(work: () => Promise<void> | void): Promise<Cost> {
  const started = performance.now()
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return { cpuSeconds: (user + system) / 1e6, seconds: (performance.now() - started) / 1_000 }
}

/** What the work costs this process and the PostgreSQL server on this machine that `db` speaks to. */
export async function costWithServer(db: Db, work: () => Promise<void>): Promise<Cost> {
  const postmaster = await postmasterOf(db)
  const before = treeCpuSeconds(postmaster)
  const own = await costOf(work)
  return { ...own, cpuSeconds: own.cpuSeconds + treeCpuSeconds(postmaster) - before }
}

async function postmasterOf(db: Db): Promise<number> {
  const backend = await db.get<{ pid: number }>(sql`select pg_backend_pid() as pid`)
  return statOf(backend!.pid)!.parent
}

/** CPU so far of a process, of its children and of those of them that have ended: backends, writers, autovacuum. */
function treeCpuSeconds(pid: number): number {
  const root = statOf(pid)
  assert(root, `process ${pid} of the database server runs`)
  let ticks = root.ticks + root.endedTicks
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const stat = statOf(Number(entry))
    if (stat?.parent === pid) ticks += stat.ticks
  }
  return ticks / TICKS_PER_SECOND
}

/** Undefined when the process has ended. */
function statOf(pid: number): { parent: number; ticks: number; endedTicks: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program stands in parentheses and may itself contain some.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [parent, user, system, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((at) => fields[at]!)
    return { parent: parent!, ticks: user! + system!, endedTicks: endedUser! + endedSystem! }
  } catch {
    return undefined
  }
}
