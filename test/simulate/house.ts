import { billToday, type Payments } from '../../core/billing/index.ts'
import { wired, type Area, type Wiring } from '../../core/app/areas.ts'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { orderDeps } from '../../core/app/wire/orders-area.ts'
import type { Db } from '../../core/db/index.ts'
import { deliverEvents } from '../../core/events/index.ts'
import { pumpTimers, type JobHandlers } from '../../core/jobs/index.ts'
import { businessClock, idMaker, instant, type Clock } from '../../core/kernel/index.ts'
import { silentLog } from '../../core/log/index.ts'
import type { OrderDeps } from '../../core/orders/index.ts'
import { noHooks } from '../../core/records/index.ts'
import { words } from '../../core/app/wire/words.ts'
import { keyRing } from '../../core/secrets/index.ts'
import type { ChangeMeans } from '../../core/services/index.ts'
import type { Dice } from './dice.ts'
import type { SimulatedGateway } from './gateway.ts'
import { PowerCut, powered, type Power } from './power.ts'
import type { SimulatedProvider } from './provider.ts'
import { memoryQueue, tableQueue, type TakenJob } from './queue.ts'

/** Both clocks stand where they are put: no story waits for real time. */
export interface HandClock extends Clock {
  set(ms: number): void
}

export function handClock(start: number): HandClock {
  let at = start
  return { now: () => instant(at), ms: () => at, set: (ms) => void (at = ms) }
}

export interface Outside {
  gateway: SimulatedGateway
  provider: SimulatedProvider
}

/** What every verb of the core may be called with. */
export type HouseMeans = Payments & ChangeMeans

export interface House {
  readonly means: HouseMeans
  readonly orders: OrderDeps
  readonly clock: HandClock
  readonly power: Power
  readonly outside: Outside
  /** Jobs that gave up, and what they died of. */
  readonly trouble: string[]
  /** All work that is due: jobs and timers, in an order by chance. */
  workOff(): Promise<void>
  /** The daily billing, and what areas do by a schedule. */
  dailyWork(): Promise<void>
  /** A new process on the same database, after a power cut. */
  restart(): Promise<void>
}

/** Of all areas, those that keep the books; pages, mails and real plugins are left out, their jobs are only taken. */
const AREAS_LEFT_OUT = new Set(['mail', 'http', 'plugins', 'people'])
const TAKEN: JobHandlers = {
  'mail.send': () => Promise.resolve(),
  'billing.document': () => Promise.resolve(),
}
/** Runs first, as other schedules follow from it. */
const BILLING = 'billing.run'
/** Reads figures that no money follows from, service by service: once a week is enough to see that it harms nothing. */
const SELDOM = 'services.collect_usage'
const SELDOM_DAYS = 7
const DAY_MS = 86_400_000

const MINUTE_MS = 60_000
/** A day ends at the latest after so many rounds of work; more would be work that makes itself. */
const ROUNDS_MAX = 20_000

/** The core in this process: its verbs, jobs, timers and consumers on a real database, and nothing else that is real. */
export function openHouse(at: { db: Db; clock: HandClock; dice: Dice; outside: Outside }): House {
  const power = powered(at.db)
  const { clock, dice, outside } = at
  const trouble: string[] = []
  let process = 0
  let running = boot()

  function boot() {
    const newId = idMaker(clock, (bytes) => dice.fork(`ids ${++process} ${clock.ms()}`).fill(bytes))
    const node = `node_${process}`
    const queue =
      power.db.dialect === 'sqlite'
        ? tableQueue({ db: power.db, clock, newId, node, chance: dice.fraction })
        : memoryQueue()
    const means: HouseMeans = {
      db: power.db,
      clock,
      business: businessClock(clock, () => 0),
      newId,
      jobs: queue.jobs,
      log: silentLog,
      keys: keyRing(`house:${Buffer.alloc(32, 5).toString('base64')}`),
      files: {
        keep: () => Promise.resolve('0'.repeat(64)),
        read: () => Promise.reject(new Error('no files here')),
      },
      hooks: noHooks,
      messages: words(),
      publicUrl: 'http://shop.example',
      changes: changePorts,
      plugins: {
        call: (_instance, kind, operation, input) => callOutside(outside, kind, operation, input) as never,
      },
    }
    const wiring = { means, plugins: means.plugins } as unknown as Wiring
    const areas = wired.areas.filter(({ name }) => !AREAS_LEFT_OUT.has(name))
    return { means, areas, wiring, handlers: handlersOf(wiring, areas), queue }
  }

  async function runJob(job: TakenJob): Promise<{ job: TakenJob; error: string } | null> {
    const context = {
      ...{ jobId: job.id, attempt: job.attempts, signal: new AbortController().signal },
      lastAttempt: job.attempts >= job.max_attempts,
    }
    try {
      await running.handlers[job.task]!(JSON.parse(job.payload) as never, context)
      return null
    } catch (error) {
      if (error instanceof PowerCut) throw error
      if (context.lastAttempt) trouble.push(`${job.task} gave up: ${String(error)}`)
      return { job, error: String(error) }
    }
  }

  async function workOff(): Promise<void> {
    let claimed: TakenJob[] = []
    for (let round = 0; round < ROUNDS_MAX; round++) {
      await pumpTimers(running.means)
      claimed = await running.queue.take(Object.keys(running.handlers))
      if (claimed.length === 0) return
      const done: TakenJob[] = []
      const failed: { job: TakenJob; error: string }[] = []
      for (const job of dice.shuffled(claimed)) {
        const failure = await runJob(job)
        if (failure) failed.push(failure)
        else done.push(job)
      }
      await running.queue.settle(done, failed)
    }
    throw new Error(`Work makes more work without an end: ${claimed.map(({ task }) => task).join(', ')}`)
  }

  return {
    clock,
    power,
    outside,
    trouble,
    get means() {
      return running.means
    },
    get orders() {
      return orderDeps(running.means)
    },
    workOff,
    dailyWork: async () => {
      const { areas, wiring, means } = running
      await billToday(billingDeps(means))
      const leftOut = Math.floor(clock.ms() / DAY_MS) % SELDOM_DAYS === 0 ? [BILLING] : [BILLING, SELDOM]
      const schedules = areas.flatMap((area) => area.schedules?.(wiring) ?? [])
      for (const schedule of schedules) if (!leftOut.includes(schedule.name)) await schedule.run()
    },
    restart: async () => {
      power.restore()
      running = boot()
      clock.set(clock.ms() + MINUTE_MS)
      await running.queue.takeOver()
    },
  }
}

function callOutside(outside: Outside, kind: string, operation: string, input: object): Promise<unknown> {
  if (kind === 'gateway') return outside.gateway.call(operation, input)
  if (kind === 'provisioner') return outside.provider.call(operation, input)
  throw new Error(`Nobody plays a ${kind} in this story.`)
}

function handlersOf(wiring: Wiring, areas: readonly Area[]): JobHandlers {
  const consumers = areas.flatMap((area) => area.consumers?.(wiring) ?? [])
  const jobs = Object.assign({}, ...areas.map((area) => area.jobs?.(wiring) ?? {})) as JobHandlers
  return {
    ...jobs,
    'events.deliver': ({ ids }: { ids: readonly string[] }) => deliverEvents(wiring.means, consumers, ids),
    ...TAKEN,
  }
}
