import { sql, type Db, type Trx } from '../db/index.ts'
import { instant, type Clock } from '../kernel/index.ts'

export interface ClaimedJob {
  id: string
  task: string
  payload: string
  queue: string | null
  attempts: number
  max_attempts: number
}

export interface Failure {
  job: ClaimedJob
  error: string
}

/** What a runner writes in one transaction: results of the work in hand, and the next work. */
export interface Turn {
  node: string
  leaseMs: number
  done: readonly ClaimedJob[]
  failed: readonly Failure[]
  /** Claimed, not started, and to be given back. */
  returned: readonly ClaimedJob[]
  /** How many jobs to claim, and of which tasks. */
  wanted: number
  tasks: string
  /** The lease of everything in hand is due to be renewed, and leases of the dead to be ended. */
  renew: boolean
  chance: () => number
}

const BRIEF = { brief: true }

/** Settles and claims in one transaction, so that a batch costs one commit. */
export function takeTurn(db: Db, clock: Clock, turn: Turn): Promise<ClaimedJob[]> {
  return db.transaction(async (trx) => {
    if (turn.renew) await renew(trx, clock, turn)
    if (turn.done.length > 0) {
      const ids = JSON.stringify(turn.done.map((job) => job.id))
      await trx.run(sql`
        delete from jobs where id in (select value from json_each(${ids})) and locked_by = ${turn.node}`)
    }
    for (const failure of turn.failed) await fail(trx, clock, turn, failure)
    for (const job of turn.returned) await giveBack(trx, turn.node, job)
    return turn.wanted > 0 ? claim(trx, clock, turn) : []
  }, BRIEF)
}

/** Read before a turn that would only claim, so that an idle runner leaves the writer to others. */
export async function anyReady(db: Db, clock: Clock, tasks: string): Promise<boolean> {
  const row = await db.get(sql`
    select id from jobs where dead_at is null and run_at <= ${clock.now()} and locked_until is null
      and task in (select value from json_each(${tasks})) limit 1`)
  return row !== undefined
}

/** Ready jobs by priority and age; of each queue the first one, and only while none of it runs. */
async function claim(trx: Trx, clock: Clock, turn: Turn): Promise<ClaimedJob[]> {
  const now = clock.now()
  const ready = await trx.all<ClaimedJob>(sql`
    select id, task, payload, queue, attempts, max_attempts from jobs j
    where dead_at is null and run_at <= ${now} and locked_until is null
      and task in (select value from json_each(${turn.tasks}))
      and (queue is null or not exists (select 1 from jobs o where o.queue = j.queue and o.locked_until is not null))
    order by priority, run_at, id limit ${turn.wanted}`)
  const queues = new Set<string>()
  const claimed = ready.filter(
    (job) => job.queue === null || (!queues.has(job.queue) && queues.add(job.queue)),
  )
  if (claimed.length === 0) return []
  const ids = JSON.stringify(claimed.map((job) => job.id))
  const until = instant(clock.ms() + turn.leaseMs)
  await trx.run(sql`
    update jobs set locked_by = ${turn.node}, locked_until = ${until}, attempts = attempts + 1
    where id in (select value from json_each(${ids}))`)
  return claimed.map((job) => ({ ...job, attempts: job.attempts + 1 }))
}

/** Writes only while the lease is still ours: another node may have taken the job over. */
async function fail(trx: Trx, clock: Clock, turn: Turn, { job, error }: Failure): Promise<void> {
  const dead = job.attempts >= job.max_attempts ? clock.now() : null
  await trx.run(sql`
    update jobs set locked_by = null, locked_until = null, last_error = ${error}, dead_at = ${dead},
      run_at = ${retryAt(clock, job.attempts, turn.chance())}
    where id = ${job.id} and locked_by = ${turn.node} and attempts = ${job.attempts}`)
}

async function giveBack(trx: Trx, node: string, job: ClaimedJob): Promise<void> {
  await trx.run(sql`
    update jobs set locked_by = null, locked_until = null, attempts = attempts - 1
    where id = ${job.id} and locked_by = ${node}`)
}

async function renew(trx: Trx, clock: Clock, turn: Turn): Promise<void> {
  const until = instant(clock.ms() + turn.leaseMs)
  await trx.run(sql`update jobs set locked_until = ${until} where locked_by = ${turn.node}`)
  await freeLocks(trx, clock, turn.node, clock.now())
}

/** Work that did not end in time is free for the next node at once; its attempt counts. */
export async function freeOwn(db: Db, node: string): Promise<void> {
  await db.run(sql`update jobs set locked_by = null, locked_until = null where locked_by = ${node}`)
}

/** Ends leases of other nodes that ran out. A job that took its node down on its last attempt is dead. */
export async function freeLocks(trx: Trx, clock: Clock, node: string, before: string): Promise<void> {
  await trx.run(sql`
    update jobs set locked_by = null, locked_until = null,
      last_error = 'The process that ran it was lost.',
      dead_at = case when attempts >= max_attempts then ${clock.now()} else null end
    where locked_until < ${before} and locked_by <> ${node}`)
}

const BACKOFF_STEPS_MAX = 10

/** 2.7 s, 7.4 s, 20 s … up to six hours, half of it by chance, so that what failed together does not return together. */
function retryAt(clock: Clock, attempt: number, chance: number): string {
  const fullMs = Math.exp(Math.min(attempt, BACKOFF_STEPS_MAX)) * 1000
  return instant(clock.ms() + fullMs * (0.5 + chance / 2))
}
