import { sql, type Queries, type Sql } from '../../db/index.ts'
import type { JobEngine, Json } from '../../jobs/index.ts'
import { instant, toMs, type Instant } from '../../kernel/index.ts'
import type { Finding } from '../../billing/index.ts'
import type { Wiring } from '../areas.ts'

const HOUR_MS = 3_600_000

/** Records that wait for a job, which carries their id, or for a timer that becomes one. */
interface Waiting {
  noun: string
  rows: (now: Instant) => Sql
  tasks: readonly string[]
  key: string
}

const WAITING: readonly Waiting[] = [
  {
    noun: 'mail',
    rows: () => sql`select id, status from messages where status = 'queued'`,
    ...{ tasks: ['mail.deliver'], key: 'id' },
  },
  {
    noun: 'delivery',
    rows: () =>
      sql`select id, status from deliveries where status in ('open', 'waiting') and step <> 'by_hand'`,
    ...{ tasks: ['services.deliver', 'services.wake_delivery'], key: 'delivery_id' },
  },
  {
    // Of what is done while its client waits, nothing is entered.
    noun: 'act on a service',
    rows: () =>
      sql`select id, status from service_acts where status = 'waiting' or (status = 'open' and transfer_id is not null)`,
    ...{ tasks: ['services.act'], key: 'act_id' },
  },
  {
    // After the last question it waits for a person.
    noun: 'payment',
    rows: (now) =>
      sql`select id, status from payments where status in ('pending', 'unknown') and next_check_at > ${now}`,
    ...{ tasks: ['billing.check_payment'], key: 'payment_id' },
  },
  {
    noun: 'refund',
    rows: () => sql`select id, status from refunds where status = 'created' and destination <> 'recorded'`,
    ...{ tasks: ['billing.refund'], key: 'refund_id' },
  },
  {
    noun: 'event of a gateway',
    rows: () => sql`select id, status from webhook_events where status = 'received'`,
    ...{ tasks: ['billing.webhook'], key: 'id' },
  },
]

type WorkWiring = Pick<Wiring, 'role' | 'means' | 'engine'>

/** Work is done, under way, entered for later or dead and listed for staff, and nothing else. */
export async function verifyWork({ role, means, engine }: WorkWiring): Promise<Finding[]> {
  const findings = await lostEvents(means.db, engine)
  // A command of its own runs while no core does: then all work waits, and rightly so.
  if (role !== 'command') findings.push(...(await untaken(means, engine)), ...(await unset(means)))
  for (const waiting of WAITING) findings.push(...(await withoutJob(means, engine, waiting)))
  return findings
}

async function untaken({ clock }: Wiring['means'], engine: JobEngine): Promise<Finding[]> {
  const jobs = await engine.overdue(instant(clock.ms() - HOUR_MS))
  return jobs.map(({ id, task, since }) => ({
    ...{ check: 'job is taken when its time has come', id },
    problem: `${task} waits for somebody since ${since}`,
  }))
}

/** An end that a gateway names may be over when its timer is set: that one is young, and taken at the next round. */
function unset({ db, business }: Wiring['means']): Promise<Finding[]> {
  const before = instant(toMs(business.now()) - HOUR_MS)
  return db.all<Finding>(sql`
    select 'timer becomes a job when its time has come' as "check", id, task || ' was due at ' || due_at as problem
    from timers where due_at < ${before} and created_at < ${before} order by due_at, id`)
}

/**
 * Events that a consumer has not heard, which heard earlier and later ones of their kind, and that no job carries. What
 * plugins and rules of notices hear is left out: they come and go.
 */
async function lostEvents(db: Queries, engine: JobEngine): Promise<Finding[]> {
  const missed = () =>
    db.all<{ id: string; type: string; consumer: string }>(sql`
      select e.id, e.type, h.consumer from events e join (
        select v.type, r.consumer, min(v.id) as first_id, max(v.id) as last_id
        from event_receipts r join events v on v.id = r.event_id where r.consumer not in ('plugin_hooks', 'notices')
        group by v.type, r.consumer) h on h.type = e.type and e.id > h.first_id and e.id < h.last_id
      where not exists (select 1 from event_receipts r where r.event_id = e.id and r.consumer = h.consumer) order by e.id`)
  const suspects = await missed()
  if (suspects.length === 0) return []
  const carried = new Set((await engine.kept('events.deliver')).flatMap((payload) => textsOf(payload, 'ids')))
  const still = new Set((await missed()).map(({ id, consumer }) => `${id} ${consumer}`))
  return suspects
    .filter(({ id, consumer }) => !carried.has(id) && still.has(`${id} ${consumer}`))
    .map(({ id, type, consumer }) => ({
      ...{ check: 'event is heard by all that hear its kind', id },
      problem: `${type} was not heard by ${consumer}, and no job carries it`,
    }))
}

/** A job ends after its record has moved, so what waits before and after the jobs are read waited all the time. */
async function withoutJob(
  { db, business }: Wiring['means'],
  engine: JobEngine,
  { noun, rows, tasks, key }: Waiting,
): Promise<Finding[]> {
  const now = business.now()
  const read = () => db.all<{ id: string; status: string }>(sql`${rows(now)} order by 1`)
  const before = await read()
  if (before.length === 0) return []
  const carried = new Set<string>()
  for (const task of tasks) {
    const timers = await db.all<{ payload: string }>(sql`select payload from timers where task = ${task}`)
    const payloads = [
      ...timers.map(({ payload }) => JSON.parse(payload) as Json),
      ...(await engine.kept(task)),
    ]
    for (const payload of payloads) for (const id of textsOf(payload, key)) carried.add(id)
  }
  const after = new Set((await read()).map(({ id }) => id))
  return before
    .filter(({ id }) => !carried.has(id) && after.has(id))
    .map(({ id, status }) => ({
      ...{ check: 'what waits has its job', id },
      problem: `${noun} is ${status}, and neither a job nor a timer carries it`,
    }))
}

/** A text of a payload, or its list of texts. */
function textsOf(payload: Json, key: string): string[] {
  const value = (payload as Record<string, Json> | null)?.[key]
  return [value].flat().filter((one) => typeof one === 'string')
}
