import { list, sql, type Db } from '../../../db/index.ts'
import {
  getInstance,
  listInstances,
  listPlugins,
  secretFields,
  type Instance,
} from '../../../plugins/index.ts'
import { listQueryOf, type ApiCall, type Endpoint, type Paged } from '../endpoint.ts'

const tag = 'plugins'
const read = { permission: 'plugin.read', audience: ['staff'] } as const
const path = '/plugin-instances'

export const pluginEndpoints: readonly Endpoint[] = [
  {
    ...{ id: 'listPlugins', method: 'get', path: '/plugins', tag },
    summary: 'List what is installed',
    ...{ permission: 'plugin.list', audience: ['staff'] },
    status: 200,
    answer: { list: 'Plugin' },
    async handle({ deps }) {
      const rows = await listPlugins(deps.db)
      const items = rows.map(({ id, version, status, manifest, asks }) => ({
        ...{ id, name: manifest.name, version, status, kinds: Object.keys(manifest.kinds) },
        asks_more: asks !== null,
      }))
      return { items, next: null }
    },
  },
  {
    ...{ id: 'listPluginInstances', method: 'get', path, tag },
    summary: 'List plugins as they are set up, in the order of staff; secrets are never told',
    ...read,
    status: 200,
    answer: { list: 'PluginInstance' },
    async handle({ deps }) {
      const rows = await listInstances(deps.db)
      const secrets = await secretsOf(deps.db, rows)
      return { items: rows.map((row) => instanceResource(row, secrets)), next: null }
    },
  },
  {
    ...{ id: 'getPluginInstance', method: 'get', path: `${path}/{instance_id}`, tag },
    summary: 'Read one plugin as it is set up',
    ...read,
    status: 200,
    answer: { one: 'PluginInstance' },
    async handle({ deps, params }) {
      const row = await getInstance(deps.db, params['instance_id']!)
      return instanceResource(row, await secretsOf(deps.db, [row]))
    },
  },
  {
    ...{ id: 'listPluginLog', method: 'get', path: `${path}/{instance_id}/log`, tag },
    summary: 'List what a plugin said and what befell it, newest first',
    ...read,
    query: listQueryOf({}),
    status: 200,
    answer: { list: 'PluginLogLine' },
    handle: log,
  },
]

interface Secret {
  owner_id: string
  name: string
  updated_at: string
}

/** Which secrets are set and since when; their values are never read. */
const secretsOf = (db: Db, owners: readonly Instance[]): Promise<Secret[]> =>
  db.all<Secret>(sql`
    select owner_id, name, updated_at from secrets where owner_id in (${list(owners.map(({ id }) => id))}) order by name`)

/** Of the settings what the manifest names and does not call secret. */
function instanceResource(row: Instance, secrets: readonly Secret[]) {
  const { id, plugin_id, brand_id, name, manifest, version } = row
  const hidden = secretFields(manifest.settings)
  const fields = Object.keys((manifest.settings?.['properties'] ?? {}) as object)
  const shown = Object.entries(JSON.parse(row.settings) as object).filter(
    ([field]) => fields.includes(field) && !hidden.includes(field),
  )
  return {
    ...{ id, plugin_id, brand_id, name, kinds: Object.keys(manifest.kinds), version },
    status: row.plugin_status === 'disabled' ? 'disabled' : row.status,
    settings: Object.fromEntries(shown) as Record<string, unknown>,
    secrets: hidden.map((field) => ({
      name: field,
      set_at: secrets.find((one) => one.owner_id === id && one.name === field)?.updated_at ?? null,
    })),
  }
}

async function log({ deps: { db }, params, query }: ApiCall) {
  const { after, limit } = query as Paged
  const { id } = await getInstance(db, params['instance_id']!)
  const older = after === undefined ? sql`` : sql`and id < ${after}`
  const rows = await db.all<{ id: string }>(sql`
    select id, level, operation, message, request_id, occurred_at from plugin_log
    where instance_id = ${id} ${older} order by id desc limit ${limit + 1}`)
  const items = rows.slice(0, limit)
  return { items, next: rows.length > limit ? items.at(-1)!.id : null }
}
