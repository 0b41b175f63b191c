import type { HookEvent } from '../../../sdk/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { CAUSES_MAX, causesOf, type StoredEvent } from '../../events/index.ts'
import { setTimer } from '../../jobs/index.ts'
import { instant, toMs } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { PluginCalls } from '../registry/plugin-calls.ts'

interface Told {
  instance: string
  event: string
}

const TASK = 'plugins.observe'
/** An instance that is switched off may be back tomorrow: its events wait so long, and are looked at so often. */
const KEPT_MS = 7 * 86_400_000
const LOOK_AGAIN_MS = 3_600_000

/** As many as a plugin has isolates unless it asked for more. */
const QUEUES = 2
const HASH_FACTOR = 31

/**
 * An instance hears two events at once, so that one that is slow, and hears of a whole billing run, leaves the workers
 * to mails and deliveries. Those of one subject go one after the other.
 */
function queueOf(instance: string, subject: string): string {
  let hash = 0
  for (const character of subject) hash = (hash * HASH_FACTOR + character.codePointAt(0)!) >>> 0
  return `observe:${instance}:${hash % QUEUES}`
}

/**
 * One job for each plugin that observes the event; of one subject each plugin hears the events in their order. At the end
 * of a chain of CAUSES_MAX events nobody is told, which is logged: it is what ends hooks that answer each other.
 */
export async function queueObservers(means: Means, trx: Trx, event: StoredEvent): Promise<void> {
  const instances = means.hooks.observers(event.type, event.brand_id).filter((one) => mayHear(one, event))
  if (instances.length === 0) return
  if ((await causesOf(trx, event.cause)).length >= CAUSES_MAX) {
    const facts = { event: event.id, type: event.type, subject: event.subject, instances }
    return means.log.warn(
      { code: 'hook.too_deep', ...facts },
      'plugins are not told: hooks answer each other',
    )
  }
  const jobs = instances.map((instance) => ({
    task: TASK,
    payload: { instance, event: event.id },
    key: `observe:${instance}:${event.id}`,
    queue: queueOf(instance, event.subject),
  }))
  await means.jobs.enqueue(trx, jobs)
}

/** What became of a request is for who asked: others learn neither of the plugin nor of what it calls its requests. */
const mayHear = (instance: string, { type, body }: StoredEvent): boolean =>
  !type.startsWith('plugin_request.') || body['instance'] === instance

/** The job: tells one plugin of one event. Throws to be tried again. */
export async function observeEvent(means: Means & { plugins: PluginCalls }, told: Told): Promise<void> {
  const instance = await means.db.get<{ status: string; plugin_status: string }>(sql`
    select i.status, p.status as plugin_status from plugin_instances i join plugins p on p.id = i.plugin_id
    where i.id = ${told.instance}`)
  const row = await means.db.get<Omit<StoredEvent, 'body'> & { body: string }>(
    sql`select * from events where id = ${told.event}`,
  )
  if (!instance || !row) return
  if (instance.status !== 'active' || instance.plugin_status !== 'enabled')
    return keepForLater(means, told, row)
  const causes = await causesOf(means.db, row.cause)
  const own = [row, ...causes].some(({ actor }) => actor === told.instance)
  await means.plugins.call(told.instance, 'observe', row.type, eventOf(row, { causes, own }), {
    deadline: 'act',
  })
}

function eventOf(
  row: Omit<StoredEvent, 'body'> & { body: string },
  led: Pick<HookEvent, 'causes' | 'own'>,
): HookEvent {
  const { id, type, version, subject, brand_id, client_id, occurred_at, actor } = row
  const body = JSON.parse(row.body) as HookEvent['body']
  return { id, type, version, subject, brand_id, client_id, occurred_at, actor, ...led, body }
}

async function keepForLater(
  means: Means,
  told: Told,
  row: { occurred_at: string; subject: string },
): Promise<void> {
  const now = means.business.now()
  if (toMs(now) - Date.parse(row.occurred_at) > KEPT_MS) return
  await means.db.transaction((trx) =>
    setTimer(trx, {
      id: means.newId('tmr'),
      task: TASK,
      key: `observe:${told.instance}:${told.event}`,
      queue: queueOf(told.instance, row.subject),
      dueAt: instant(toMs(now) + LOOK_AGAIN_MS),
      payload: { instance: told.instance, event: told.event },
      now,
    }),
  )
}
