import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { ManifestInvalid } from '../errors.ts'
import { parseGuarded, UnsafeJson } from '../json.ts'
import { DATA_SCOPES } from './data-scopes.ts'
import { Manifest } from './manifest.ts'

const ajv = new Ajv2020({ allErrors: true, strict: false, verbose: true })
let compiled: ValidateFunction<Manifest> | undefined

/** Compiled at the first manifest: a thread that reads none goes without. */
const check = (): ValidateFunction<Manifest> => (compiled ??= ajv.compile<Manifest>(Manifest))

/**
 * Reads the text of a plugin.json. Throws ManifestInvalid whose problems each give path, reason and expected form;
 * `where` names the file for people.
 */
export function readManifest(text: string, where: string): Manifest {
  const value = parsed(text, where)
  const fits = check()
  if (!fits(value)) throw ManifestInvalid({ where, problems: problemsOf(fits.errors ?? []) })
  const problems = [
    ...secretProblems(value),
    ...settingsProblems(value),
    ...configProblems(value),
    ...dataProblems(value),
  ]
  if (problems.length > 0) throw ManifestInvalid({ where, problems })
  return value
}

function parsed(text: string, where: string): unknown {
  try {
    return parseGuarded(text)
  } catch (error) {
    const reason = error instanceof UnsafeJson ? error.message : 'it cannot be read'
    throw ManifestInvalid({
      where,
      problems: [`the whole: ${reason}${placeIn(text)} (expected: a JSON object)`],
    })
  }
}

/** Where the author's typing mistake stands, when there is one. */
function placeIn(text: string): string {
  try {
    JSON.parse(text)
    return ''
  } catch (error) {
    const [place] = /line \d+ column \d+/.exec((error as Error).message) ?? []
    return place ? `, ${place}` : ''
  }
}

const PROBLEMS_MAX = 10

/** A union fails once for each branch; only the deepest complaints help. */
function problemsOf(errors: readonly ErrorObject[]): string[] {
  const telling = errors.filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'if')
  return [...new Set(telling.map(problemOf))].slice(0, PROBLEMS_MAX)
}

function problemOf(error: ErrorObject): string {
  const path = error.instancePath === '' ? 'the whole' : error.instancePath.slice(1).replaceAll('/', '.')
  const params = error.params as { additionalProperty?: string; missingProperty?: string }
  if (params.additionalProperty !== undefined)
    return `${path}: the key "${params.additionalProperty}" is not known (expected: ${keysOf(error)})`
  if (params.missingProperty !== undefined) return `${path}: "${params.missingProperty}" is missing`
  return `${path}: ${error.message ?? 'does not fit'} (expected: ${expected(error)})`
}

function keysOf(error: ErrorObject): string {
  const parent = error.parentSchema as { properties?: object } | undefined
  return Object.keys(parent?.properties ?? {}).join(', ')
}

function expected(error: ErrorObject): string {
  const schema = error.parentSchema as { description?: string; type?: string; pattern?: string } | undefined
  const values = (error.params as { allowedValues?: unknown[] }).allowedValues
  if (values !== undefined) return values.join(', ')
  return schema?.description ?? schema?.pattern ?? schema?.type ?? JSON.stringify(error.schema)
}

const hostGrants = ({ permissions: { network = [], tcp = [] } = {} }: Manifest) => [
  ...network.map((grant, i) => ({ where: `permissions.network.${i}`, grant })),
  ...tcp.map((grant, i) => ({ where: `permissions.tcp.${i}`, grant })),
]

/** Every secret that is bound or used must be declared, and be a setting marked secret. */
function secretProblems(manifest: Manifest): string[] {
  const declared = new Set((manifest.permissions?.secrets ?? []).map(({ name }) => name))
  const problems: string[] = []
  for (const { where, grant } of hostGrants(manifest))
    for (const name of [
      ...(grant.secrets ?? []),
      ...(('query_secrets' in grant ? grant.query_secrets : undefined) ?? []),
    ])
      if (!declared.has(name))
        problems.push(`${where}: "${name}" is no secret (expected: a name of permissions.secrets)`)
  for (const name of declared) {
    if (!secretSettings(manifest).has(name))
      problems.push(`permissions.secrets: "${name}" is no setting (expected: a setting with "secret": true)`)
  }
  for (const [i, webhook] of (manifest.webhooks ?? []).entries()) {
    if (webhook.scheme === 'hmac' && !secretSettings(manifest).has(webhook.secret))
      problems.push(
        `webhooks.${i}.secret: "${webhook.secret}" is no setting (expected: a setting with "secret": true)`,
      )
  }
  return problems
}

/** One that is not there would be granted, and refused at each call. */
function dataProblems({ permissions: { data = [] } = {} }: Manifest): string[] {
  return data.flatMap((grant, i) => {
    const scope = grant.slice(0, grant.lastIndexOf(':'))
    return DATA_SCOPES.includes(scope)
      ? []
      : [`permissions.data.${i}: there is no "${scope}" (expected: one of ${DATA_SCOPES.join(', ')})`]
  })
}

/** Names of the secret settings of an instance, and as "server.x" those of its servers. */
export function secretSettings(manifest: Manifest): Set<string> {
  const own = secretFields(manifest.settings)
  return new Set([...own, ...secretFields(manifest.server_settings).map((name) => `server.${name}`)])
}

export function secretFields(schema: Record<string, unknown> | undefined): string[] {
  return Object.entries(propertiesOf(schema))
    .filter(
      ([, field]) =>
        typeof field === 'object' && field !== null && 'secret' in field && field.secret === true,
    )
    .map(([name]) => name)
}

function propertiesOf(schema: Record<string, unknown> | undefined): Record<string, unknown> {
  const properties = schema?.['properties']
  return typeof properties === 'object' && properties !== null ? (properties as Record<string, unknown>) : {}
}

function settingsProblems(manifest: Manifest): string[] {
  const problems: string[] = []
  for (const part of ['settings', 'server_settings', 'product_settings'] as const) {
    const schema = manifest[part]
    if (schema === undefined) continue
    if (schema['type'] !== 'object')
      problems.push(`${part}.type: it is not an object (expected: "type": "object")`)
    else if (ajv.validateSchema(schema) !== true)
      problems.push(
        `${part}: it is not a JSON Schema: ${ajv.errorsText(ajv.errors)} (expected: draft 2020-12)`,
      )
    else problems.push(...fieldProblems(part, schema))
  }
  return problems
}

/** The name stands among the settings for what staff alone allow; a default that many know is no secret. */
function fieldProblems(part: string, schema: Record<string, unknown>): string[] {
  const own = propertiesOf(schema)
  const defaults = secretFields(schema).filter((name) => Object.hasOwn(own[name] as object, 'default'))
  return [
    ...(Object.hasOwn(own, 'trusted_hosts')
      ? [`${part}.properties.trusted_hosts: the name is Berth's own (expected: another)`]
      : []),
    ...defaults.map((name) => `${part}.properties.${name}: a secret has a default (expected: none)`),
  ]
}

function configProblems(manifest: Manifest): string[] {
  return hostGrants(manifest).flatMap(({ where, grant }) => {
    if (!('fromConfig' in grant)) return []
    const [scope = '', field = ''] = grant.fromConfig.split('.')
    const known = propertiesOf(scope === 'server' ? manifest.server_settings : manifest.settings)
    return field in known
      ? []
      : [`${where}.fromConfig: there is no "${grant.fromConfig}" (expected: a field of its schema)`]
  })
}
