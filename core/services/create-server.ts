import { type TSchema, Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql, type Trx } from '../db/index.ts'
import { NotFound, type Actor } from '../kernel/index.ts'
import { checkTyped, defineVerb, updateVersioned, type Means } from '../records/index.ts'
import {
  changeTrust,
  hostsIn,
  Trust,
  trustAudit,
  trustedIn,
  withoutTrusted,
  withTrusted,
  type HostField,
} from '../plugins/index.ts'
import { putSecret } from '../secrets/index.ts'
import type { ServerRow } from './rows.ts'
import { serverLifecycle } from './server-lifecycle.ts'

/** What the plugin of an instance wants to know of a server: its `server_settings` schema, and which of them are secrets. */
export interface ServerSettingsRules {
  schema: TSchema
  secrets: readonly string[]
  /** In which of them staff type hosts. */
  hosts?: readonly HostField[]
}

export interface ServerMeans extends Means {
  serverSettings(instanceId: string): Promise<ServerSettingsRules>
}

const facts = {
  name: Type.String({ minLength: 1, maxLength: 120 }),
  group_id: Type.Union([Type.String(), Type.Null()], { default: null }),
  /** Places; null is no limit. */
  capacity: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], { default: null }),
  settings: Type.Record(Type.String(), Type.Unknown()),
  /** Written, replaced, never read back. An absent one stays as it is. */
  secrets: Type.Record(Type.String(), Type.String({ minLength: 1 }), { default: {} }),
  /** Which of its hosts are inside our own network, or known by one certificate. */
  trust: Type.Optional(Trust),
}

const TRUST = 'server.trust'

export const createServer = defineVerb(
  {
    permission: 'server.create',
    asksNobody: 'it sets up the house',
    audience: ['staff'],
    input: Type.Object({ instance_id: Type.String(), ...facts }),
  },
  async (means: ServerMeans, input, actor): Promise<string> => {
    const rules = await means.serverSettings(input.instance_id)
    const own = checkServerSettings(rules, input.settings, Object.keys(input.secrets))
    const typed = hostsIn(rules.hosts ?? [], own)
    const trusts = changeTrust({ before: [], wanted: input.trust, typed }, TRUST, actor)
    const settings = JSON.stringify(withTrusted(own, trusts.after))
    const id = means.newId('srv')
    const now = means.business.now()
    await means.db.transaction(async (trx) => {
      const { instance_id, group_id, name, capacity } = input
      const row = { id, instance_id, group_id, name, settings, capacity, status: serverLifecycle.initial }
      await trx.insert('servers', [{ ...row, created_at: now, updated_at: now }])
      await putSecrets(means, trx, { serverId: id, secrets: input.secrets }, actor)
      const after = { ...row, secrets: Object.keys(input.secrets) }
      const created = { action: 'server.create', subject: id, after }
      await recordAudit(means, trx, actor, [created, ...trustAudit(TRUST, id, trusts)])
    })
    return id
  },
)

export const changeServer = defineVerb(
  {
    permission: 'server.change',
    asksNobody: 'it sets up the house',
    audience: ['staff'],
    input: Type.Object({ server_id: Type.String(), version: Type.Integer(), ...facts }),
  },
  async (means: ServerMeans, input, actor) => {
    const known = await findServer(means, input.server_id)
    const rules = await means.serverSettings(known.instance_id)
    const set = await readSecretNames(means, input.server_id)
    const own = checkServerSettings(rules, input.settings, [...set, ...Object.keys(input.secrets)])
    const trusted = trustedIn(JSON.parse(known.settings) as Settings)
    const change = { before: trusted, wanted: input.trust, typed: hostsIn(rules.hosts ?? [], own) }
    const trusts = changeTrust(change, TRUST, actor)
    const settings = JSON.stringify(withTrusted(own, trusts.after))
    await means.db.transaction(async (trx) => {
      const row = { id: known.id, version: input.version }
      const { name, group_id, capacity } = input
      const columns = { name, group_id, capacity, settings }
      await updateVersioned(means, trx, { table: 'servers', what: 'server', row, set: columns })
      await putSecrets(means, trx, { serverId: known.id, secrets: input.secrets }, actor)
      const before = {
        name: known.name,
        group_id: known.group_id,
        capacity: known.capacity,
        settings: known.settings,
      }
      const after = { ...columns, secrets: Object.keys(input.secrets) }
      const changed = { action: 'server.change', subject: known.id, before, after }
      await recordAudit(means, trx, actor, [changed, ...trustAudit(TRUST, known.id, trusts)])
    })
  },
)

export async function findServer(means: Pick<Means, 'db'>, id: string): Promise<ServerRow> {
  const row = await means.db.get<ServerRow>(sql`select * from servers where id = ${id}`)
  if (!row) throw NotFound({ what: 'server', id })
  return row
}

type Settings = Record<string, unknown>

/** Secrets count as given, so that a schema may require them; they never become part of the settings. */
function checkServerSettings(
  { schema, secrets }: ServerSettingsRules,
  settings: Settings,
  given: readonly string[],
): Settings {
  const plain = Object.entries(withoutTrusted(settings)).filter(([key]) => !secrets.includes(key))
  const placeholders = secrets.filter((key) => given.includes(key)).map((key) => [key, '(secret)'] as const)
  const checked = checkTyped(schema, Object.fromEntries([...plain, ...placeholders]))
  return Object.fromEntries(Object.entries(checked).filter(([key]) => !secrets.includes(key)))
}

async function readSecretNames(means: Pick<Means, 'db'>, serverId: string): Promise<string[]> {
  const rows = await means.db.all<{ name: string }>(
    sql`select name from secrets where owner_id = ${serverId}`,
  )
  return rows.map((row) => row.name)
}

async function putSecrets(
  means: Means,
  trx: Trx,
  { serverId, secrets }: { serverId: string; secrets: Record<string, string> },
  actor: Actor,
): Promise<void> {
  const now = means.business.now()
  for (const [name, value] of Object.entries(secrets)) {
    await putSecret(trx, means.keys, { ownerId: serverId, name, value, actor: actor.id, now })
  }
}
