import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { inTime, OutOfTime } from '../../records/index.ts'
import { ManifestInvalid } from '../errors.ts'
import { parseGuarded, UnsafeJson } from '../json.ts'
import { DATA_SCOPES } from './data-scopes.ts'
import { Manifest } from './manifest.ts'

const ajv = new Ajv2020({ allErrors: true, strict: false, verbose: true })
let compiled: ValidateFunction<Manifest> | undefined

/** Compiled at the first manifest: a thread that reads none goes without. Nothing is compiled within the time of a check. */
function check(): ValidateFunction<Manifest> {
  if (compiled === undefined) void ajv.validateSchema({ type: 'object' })
  return (compiled ??= ajv.compile<Manifest>(Manifest))
}

/** Some lists are held item against item, and settings against the schema of schemas: an author may write many. */
const CHECK_MS = 500

/**
 * Reads the text of a plugin.json. Throws ManifestInvalid whose problems each give path, reason and expected form;
 * `where` names the file for people.
 */
export function readManifest(text: string, where: string): Manifest {
  const value = parsed(text, where)
  const fits = check()
  const problems = soon(() => problemsIn(value, fits))
  if (problems.length > 0) throw ManifestInvalid({ where, problems })
  return value as Manifest
}

function soon(judge: () => string[]): string[] {
  try {
    return inTime(CHECK_MS, judge)
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error
    return [
      `the whole: it takes longer than ${CHECK_MS} ms to check (expected: shorter lists, smaller schemas)`,
    ]
  }
}

function problemsIn(value: unknown, fits: ValidateFunction<Manifest>): string[] {
  if (!fits(value)) return problemsOf(fits.errors ?? [])
  return [
    ...secretProblems(value),
    ...settingsProblems(value),
    ...configProblems(value),
    ...dataProblems(value),
  ]
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
  const settings = secretSettings(manifest)
  const problems: string[] = []
  for (const { where, grant } of hostGrants(manifest))
    for (const name of [
      ...(grant.secrets ?? []),
      ...(('query_secrets' in grant ? grant.query_secrets : undefined) ?? []),
    ])
      if (!declared.has(name))
        problems.push(`${where}: "${name}" is no secret (expected: a name of permissions.secrets)`)
  for (const name of declared) {
    if (!settings.has(name))
      problems.push(`permissions.secrets: "${name}" is no setting (expected: a setting with "secret": true)`)
  }
  for (const [i, webhook] of (manifest.webhooks ?? []).entries()) {
    if (webhook.scheme === 'hmac' && !settings.has(webhook.secret))
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
  }
  return problems
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
