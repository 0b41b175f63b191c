import type { ProvisionInput } from '../../sdk/index.ts'
import { sql, type Queries } from '../db/index.ts'
import { NotFound } from '../kernel/index.ts'
import type { ServerRow, ServiceFieldRow, ServiceOptionRow, ServiceRow } from './rows.ts'

/** What a provisioner gets: the server, and the service with its settings as they are to be now. Four statements. */
export async function loadTarget(
  queries: Queries,
  service: ServiceRow,
  serverId: string | null,
): Promise<ProvisionInput> {
  const server = await queries.get<ServerRow>(sql`select * from servers where id = ${serverId}`)
  if (!server) throw NotFound({ what: 'server', id: serverId ?? `of ${service.id}` })
  const options = await queries.all<ServiceOptionRow>(
    sql`select * from service_options where service_id = ${service.id} order by option_id`,
  )
  const fields = await queries.all<ServiceFieldRow>(
    sql`select * from service_fields where service_id = ${service.id} order by field_id`,
  )
  const client = await queries.get<ClientFacts>(
    sql`select id, name, email, company, country, locale from clients where id = ${service.client_id}`,
  )
  if (!client) throw NotFound({ what: 'client', id: service.client_id })
  return {
    // Secrets are not here: whoever carries the call out adds their tokens by the server's id.
    server: { id: server.id, settings: JSON.parse(server.settings) as Record<string, unknown> },
    service: {
      external_id: service.id,
      ...(service.remote_id === null ? {} : { remote_id: service.remote_id }),
      label: service.label,
      settings: targetSettings(service, options, fields),
      client: snapshot(client),
    },
  }
}

/** Settings of the product with options and order fields laid over them, fields last. */
export function targetSettings(
  service: Pick<ServiceRow, 'module_settings'>,
  options: readonly ServiceOptionRow[],
  fields: readonly ServiceFieldRow[],
): Record<string, unknown> {
  const settings = JSON.parse(service.module_settings) as Record<string, unknown>
  for (const option of options) {
    if (option.setting === null) continue
    const chosen = option.value_id === null ? option.value : (option.module_value ?? option.value)
    settings[option.setting] = alike(settings[option.setting], chosen)
  }
  for (const field of fields) {
    if (field.setting !== null) settings[field.setting] = alike(settings[field.setting], field.value)
  }
  return settings
}

/** Choices are kept as text; the product's own value tells whether the plugin wants a number or a flag. */
function alike(preset: unknown, text: string): unknown {
  if (typeof preset === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text)
  if (typeof preset === 'boolean') return text === 'true' || text === '1' || text === 'yes'
  return text
}

interface ClientFacts {
  id: string
  name: string
  email: string
  company: string | null
  country: string
  locale: string
}

function snapshot({ company, ...client }: ClientFacts): ProvisionInput['service']['client'] {
  return { ...client, ...(company === null ? {} : { company }) }
}
