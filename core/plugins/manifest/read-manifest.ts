import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { inTime, OutOfTime } from '../../records/index.ts'
import { ManifestInvalid } from '../errors.ts'
import { NOT_JSON, parseGuarded, UnsafeJson } from '../json.ts'
import { DATA_SCOPES, WAITING_SCOPES } from './data-scopes.ts'
import { lineAndColumn, placesIn } from './json-places.ts'
import { Manifest } from './manifest.ts'
import { problemsOf, tellProblems, type Problem } from './problems.ts'

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
 * Reads the text of a plugin.json. Throws ManifestInvalid whose problems each give path, line and column, reason and
 * expected form, and what was probably meant; `where` names the file for people.
 */
export function readManifest(text: string, where: string): Manifest {
  const value = parsed(text, where)
  const fits = check()
  const problems = soon(() => tellProblems(problemsIn(value, fits), text))
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

function problemsIn(value: unknown, fits: ValidateFunction<Manifest>): Problem[] {
  if (!fits(value)) return problemsOf(fits.errors ?? [])
  return [
    ...secretProblems(value),
    ...settingsProblems(value),
    ...configProblems(value),
    ...dataProblems(value),
    ...approvalProblems(value),
  ]
}

function parsed(text: string, where: string): unknown {
  try {
    return parseGuarded(text)
  } catch (error) {
    const reason = error instanceof UnsafeJson ? error.message : 'it cannot be read'
    const place = reason === NOT_JSON ? `, ${lineAndColumn(text, placesIn(text).faultAt ?? 0)}` : ''
    throw ManifestInvalid({ where, problems: [`the whole: ${reason}${place} (expected: a JSON object)`] })
  }
}

const hostGrants = ({ permissions: { network = [], tcp = [] } = {} }: Manifest) => [
  ...network.map((grant, i) => ({ path: ['permissions', 'network', String(i)], grant })),
  ...tcp.map((grant, i) => ({ path: ['permissions', 'tcp', String(i)], grant })),
]

const A_SECRET_SETTING = 'a setting with "secret": true'

/** Every secret that is bound or used must be declared, and be a setting marked secret. */
function secretProblems(manifest: Manifest): Problem[] {
  const declared = new Set((manifest.permissions?.secrets ?? []).map(({ name }) => name))
  const settings = secretSettings(manifest)
  const undeclared = hostGrants(manifest).flatMap(({ path, grant }) =>
    [...(grant.secrets ?? []), ...(('query_secrets' in grant ? grant.query_secrets : undefined) ?? [])]
      .filter((name) => !declared.has(name))
      .map((name) =>
        noSuch({ path, written: name, known: declared }, 'no secret', 'a name of permissions.secrets'),
      ),
  )
  const unset = (manifest.permissions?.secrets ?? [])
    .filter(({ name }) => !settings.has(name))
    .map(({ name }) =>
      noSuch(
        { path: ['permissions', 'secrets'], written: name, known: settings },
        'no setting',
        A_SECRET_SETTING,
      ),
    )
  const unchecked = (manifest.webhooks ?? []).flatMap((webhook, i) => {
    if (webhook.scheme !== 'hmac' || settings.has(webhook.secret)) return []
    const path = ['webhooks', String(i), 'secret']
    return [noSuch({ path, written: webhook.secret, known: settings }, 'no setting', A_SECRET_SETTING)]
  })
  return [...undeclared, ...unset, ...unchecked]
}

interface Unknown {
  path: readonly string[]
  written: string
  known: Iterable<string>
}

const noSuch = ({ path, ...meant }: Unknown, what: string, expected: string): Problem => ({
  ...{ path, meant, expected, reason: `"${meant.written}" is ${what}` },
})

/** One that is not there would be granted, and refused at each call. */
function dataProblems({ permissions: { data = [] } = {} }: Manifest): Problem[] {
  return data.flatMap((grant, i) => {
    const scope = grant.slice(0, grant.lastIndexOf(':'))
    if (DATA_SCOPES.includes(scope)) return []
    const path = ['permissions', 'data', String(i)]
    const meant = { written: scope, known: DATA_SCOPES }
    return [{ path, reason: `there is no "${scope}"`, meant, expected: `one of ${DATA_SCOPES.join(', ')}` }]
  })
}

/** What goes through without staff must be declared as a write that waits for them, once in each currency. */
function approvalProblems({ permissions: { data = [], auto_approval: all = [] } = {} }: Manifest): Problem[] {
  const declared = WAITING_SCOPES.filter((scope) => data.some((grant) => grant.startsWith(`${scope}:`)))
  return all.flatMap(({ scope, currency, item_minor, day_minor }, i): Problem[] => {
    const path = ['permissions', 'auto_approval', String(i)]
    if (!declared.includes(scope))
      return [
        noSuch(
          { path, written: scope, known: declared },
          'no declared scope that waits',
          'one of permissions.data',
        ),
      ]
    if (all.findIndex((one) => one.scope === scope && one.currency === currency) < i)
      return [{ path, reason: `${currency} stands there twice`, expected: 'one cap for each currency' }]
    return Number(item_minor) > Number(day_minor)
      ? [{ path, reason: 'one item may be more than a day', expected: 'item_minor up to day_minor' }]
      : []
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

function settingsProblems(manifest: Manifest): Problem[] {
  return SCHEMAS.flatMap((part): Problem[] => {
    const schema = manifest[part]
    if (schema === undefined) return []
    if (schema['type'] !== 'object')
      return [{ path: [part, 'type'], reason: 'it is not an object', expected: '"type": "object"' }]
    if (ajv.validateSchema(schema) === true) return fieldProblems(part, schema)
    return problemsOf(ajv.errors ?? [], [part]).map((problem) => ({
      ...problem,
      reason: `it is not a JSON Schema: ${problem.reason}`,
    }))
  })
}

/** The name stands among the settings for what staff alone allow; a default that many know is no secret. */
function fieldProblems(part: string, schema: Record<string, unknown>): Problem[] {
  const own = propertiesOf(schema)
  const path = [part, 'properties']
  const defaults = secretFields(schema).filter((name) => Object.hasOwn(own[name] as object, 'default'))
  return [
    ...(Object.hasOwn(own, 'trusted_hosts')
      ? [{ path: [...path, 'trusted_hosts'], reason: "the name is Berth's own", expected: 'another' }]
      : []),
    ...defaults.map((name) => ({
      path: [...path, name],
      reason: 'a secret has a default',
      expected: 'none',
    })),
  ]
}

const SCHEMAS = ['settings', 'server_settings', 'product_settings'] as const

function configProblems(manifest: Manifest): Problem[] {
  return hostGrants(manifest).flatMap(({ path, grant }) => {
    if (!('fromConfig' in grant)) return []
    const [scope = '', field = ''] = grant.fromConfig.split('.')
    const fields = propertiesOf(scope === 'server' ? manifest.server_settings : manifest.settings)
    if (field in fields) return []
    const known = Object.keys(fields).map((name) => `${scope}.${name}`)
    const meant = { written: grant.fromConfig, known }
    const reason = `there is no "${grant.fromConfig}"`
    return [{ path: [...path, 'fromConfig'], reason, meant, expected: 'a field of its schema' }]
  })
}
