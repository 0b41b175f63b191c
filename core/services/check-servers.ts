import { list, sql, type Sql, type Trx } from '../db/index.ts'
import { readSetting, type Means } from '../records/index.ts'
import type { ProviderMeans } from './ports.ts'
import type { ServerRow } from './rows.ts'
import { forgetCapacities, readCapacity } from './server-capacity.ts'
import { checkServer } from './server-health.ts'
import { healthMinutes } from './settings.ts'

/** The schedule's own span: servers are asked every so many of it. */
const SPAN_MINUTES = 5
/** So many servers are asked in one job, and so many of them at once: one that is away keeps its job for 15 seconds. */
const PER_JOB = 20
const AT_ONCE = 10

interface Round {
  /** Number of the span, which tells rounds apart. */
  round: number
  after: string
}

/** The step of the schedule: begins a round over all servers when one is due. Answers how many are asked. */
export async function startChecking(means: Means): Promise<number> {
  await forgetCapacities(means)
  const minutes = await readSetting(means.db, healthMinutes)
  const round = Math.floor(Date.parse(means.business.now()) / (SPAN_MINUTES * 60_000))
  if (minutes === 0 || round % Math.ceil(minutes / SPAN_MINUTES) !== 0) return 0
  const found = await means.db.get<{ many: number }>(
    sql`select count(*) as many from servers where ${toAsk(means)}`,
  )
  const many = Number(found?.many ?? 0)
  if (many > 0) await means.db.transaction((trx) => enterNext(means, trx, { round, after: '' }))
  return many
}

const HEALTH = 'provisioner.server_health'
const CAPACITY = 'provisioner.capacity'

/** Those in use whose plugin can tell: of a server in maintenance everybody knows. */
function toAsk(means: Means): Sql {
  const instances = [...new Set([...telling(means, HEALTH), ...telling(means, CAPACITY)])]
  return instances.length === 0 ? sql`1 = 0` : sql`status = 'active' and instance_id in (${list(instances)})`
}

const telling = ({ hooks }: Means, what: string): string[] =>
  hooks.offering(what).map(({ instance }) => instance)

/** The job "services.check_servers": a few servers, then a job for those after them. */
export async function checkServers(means: ProviderMeans, { round, after }: Round): Promise<void> {
  const servers = await means.db.all<ServerRow>(
    sql`select * from servers where id > ${after} and ${toAsk(means)} order by id limit ${PER_JOB}`,
  )
  for (let i = 0; i < servers.length; i += AT_ONCE)
    await Promise.all(servers.slice(i, i + AT_ONCE).map((server) => askServer(means, server)))
  const last = servers.at(-1)
  if (last && servers.length === PER_JOB)
    await means.db.transaction((trx) => enterNext(means, trx, { round, after: last.id }))
}

/** One question after the other: of a server that is away the second one would only wait too. */
async function askServer(means: ProviderMeans, server: ServerRow): Promise<void> {
  const { instance_id: instance } = server
  const answered = telling(means, HEALTH).includes(instance) ? await checkServer(means, server) : true
  if (answered && telling(means, CAPACITY).includes(instance)) await readCapacity(means, server)
}

const enterNext = (means: Means, trx: Trx, next: Round) =>
  means.jobs.enqueue(trx, [
    { task: 'services.check_servers', payload: { ...next }, key: `health/${next.round}/${next.after}` },
  ])
