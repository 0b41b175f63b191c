import type { provisionerOperations, ServerInput, Static } from '../../sdk/index.ts'
import { tellStaff } from '../billing/index.ts'
import { sql, type Queries, type Trx } from '../db/index.ts'
import { recordEvent } from '../events/index.ts'
import { BerthError, systemActor, type Instant } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { forUpdate } from './load.ts'
import type { ProviderMeans } from './ports.ts'
import type { ServerRow } from './rows.ts'
import { setServerStatus } from './set-server-status.ts'

/** As its plugin says it; a server that cannot be asked, twice in a row, is down. */
export type ServerHealth = 'good' | 'degraded' | 'down'

type Report = Static<typeof provisionerOperations.server_health.output>

/** What one question brought. */
interface Told {
  health: ServerHealth
  problem: string | null
  /** False where no answer came. */
  answered: boolean
}

const watch = systemActor('server_health')
const PROBLEM_LENGTH = 500

/**
 * Asks after one server and keeps what was said. What lies at the plugin's own state says nothing of the server.
 * Answers whether an answer came.
 */
export async function checkServer(means: ProviderMeans, server: ServerRow): Promise<boolean> {
  const told = await askHealth(means, server)
  if (told) await means.db.transaction((trx) => keep(means, trx, server.id, told))
  return told?.answered ?? false
}

/** Of the plugin or its company, within the time limit of an act. */
const SILENT = ['plugin.failed', 'plugin.timeout']

async function askHealth(means: ProviderMeans, server: ServerRow): Promise<Told | null> {
  const settings = JSON.parse(server.settings) as Record<string, unknown>
  const input: ServerInput = { server: { id: server.id, settings } }
  const options = { deadline: 'act', serverId: server.id } as const
  try {
    const { instance_id: instance } = server
    const report = await means.plugins.call<Report>(instance, 'provisioner', 'server_health', input, options)
    return { health: report.status, problem: problemOf(report), answered: true }
  } catch (error) {
    if (!(error instanceof BerthError)) throw error
    if (!SILENT.includes(error.code)) return null
    return { health: 'down', problem: error.message.slice(0, PROBLEM_LENGTH), answered: false }
  }
}

function problemOf({ status, checks }: Report): string | null {
  if (status === 'good') return null
  const failing = checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`)
  return (failing.join('; ') || `It is ${status}.`).slice(0, PROBLEM_LENGTH)
}

/** One lost answer is shown and tells nobody; the second in a row is a server that is down. */
async function keep(means: Means, trx: Trx, id: string, told: Told): Promise<void> {
  const row = await trx.get<ServerRow>(sql`select * from servers where id = ${id} ${forUpdate(trx)}`)
  if (row?.status !== 'active') return
  const { health: before } = (await healthOf(trx, id)) ?? { health: 'good' }
  const at = means.business.now()
  const unanswered = told.answered ? 0 : row.unanswered + 1
  await trx.run(sql`
    update servers set unanswered = ${unanswered}, last_problem = ${told.problem}, last_contact_at = ${told.answered ? at : row.last_contact_at}
    where id = ${id}`)
  if (told.health === before || unanswered === 1) return
  const type = `server.${told.health === 'good' ? 'recovered' : told.health}`
  await recordEvent(means, trx, watch, { type, subject: id, body: { before, problem: told.problem } })
  if (told.health === 'down' || before === 'down') await tell(means, trx, { row, told, at })
}

async function tell(
  means: Means,
  trx: Trx,
  { row, told, at }: { row: ServerRow; told: Told; at: Instant },
): Promise<void> {
  const template = told.health === 'down' ? 'server-down' : 'server-recovered'
  await tellStaff(means, trx, {
    ...{ brandId: null, permission: setServerStatus.permission, template, subject: row.id },
    key: `${template}/${row.id}/${at}`,
    data: { url: `/admin/servers/${row.id}`, server: row.name, problem: told.problem, at },
  })
}

/** What was found last, and since when that holds; null of a server that was always found well, or never asked. */
export async function healthOf(
  queries: Queries,
  id: string,
): Promise<{ health: ServerHealth; since: Instant } | null> {
  const row = await queries.get<{ type: string; occurred_at: Instant }>(sql`
    select type, occurred_at from events where subject = ${id} and type in ${HEALTH_EVENTS}
    order by id desc limit 1`)
  return row ? { health: healthIn(row.type), since: row.occurred_at } : null
}

/** The events that tell of it, for a statement. */
export const HEALTH_EVENTS = sql`('server.down', 'server.degraded', 'server.recovered')`

export const healthIn = (type: string): ServerHealth =>
  type === 'server.recovered' ? 'good' : (type.slice('server.'.length) as ServerHealth)
