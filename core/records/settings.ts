import type { Static, TSchema } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { all, list, sql, type Queries, type Sql, type Trx } from '../db/index.ts'
import { invalidInput, type Actor, type Instant } from '../kernel/index.ts'
import { checkInput } from './check-input.ts'
import type { Means } from './means.ts'
import { keepVersion } from './setting-versions.ts'

export type SettingScope = 'installation' | 'brand' | 'group' | 'product' | 'client_group' | 'client'
export const SCOPES_WIDEST_FIRST: readonly SettingScope[] = [
  'installation',
  'brand',
  'group',
  'product',
  'client_group',
  'client',
]

/**
 * A setting is declared beside its area: its schema, its default, where it may be overridden. What it is and what it
 * touches is said in locales, as settings.<key>.label and .hint.
 */
export interface Setting<S extends TSchema = TSchema> {
  key: string
  schema: S
  preset: Static<S>
  scopes: readonly SettingScope[]
  /** Why a value that fits the schema is refused all the same, or parts of it by their path; null when it is not. */
  problem?: (value: Static<S>) => string | Readonly<Record<string, string>> | null
  /** The name under which a value is kept for good, to be read again when another one holds. */
  versionOf?: (value: Static<S>) => string
  /** Changed on a page made for it, and not among the others. */
  ownPage?: true
}

const declared = new Map<string, Setting>()
export const allSettings: ReadonlyMap<string, Setting> = declared

export function defineSetting<S extends TSchema>(setting: Setting<S>): Setting<S> {
  if (declared.has(setting.key)) throw new Error(`The setting "${setting.key}" is declared twice.`)
  declared.set(setting.key, setting as unknown as Setting)
  return setting
}

/** Ids of the scopes that a value is wanted for; the narrowest one that has a row wins. A client brings its group. */
export type ScopeIds = Partial<Record<SettingScope, string | null>>

export async function readSetting<S extends TSchema>(
  queries: Queries,
  setting: Setting<S>,
  ids: ScopeIds = {},
): Promise<Static<S>> {
  const scopeIds = ['', ...Object.values(ids).filter((id): id is string => id != null)]
  const rows = await queries.all<{ scope: SettingScope; scope_id: string; value: string }>(
    sql`select scope, scope_id, value from settings where key = ${setting.key}
      and (scope_id in (${list(scopeIds)}) ${ofGroup(ids)})`,
  )
  const fitting = rows.filter(
    ({ scope, scope_id: id }) =>
      scope === 'installation' || ids[scope] === id || (scope === 'client_group' && ids.client != null),
  )
  fitting.sort((a, b) => SCOPES_WIDEST_FIRST.indexOf(b.scope) - SCOPES_WIDEST_FIRST.indexOf(a.scope))
  return fitting[0] ? (JSON.parse(fitting[0].value) as Static<S>) : setting.preset
}

const ofGroup = ({ client }: ScopeIds): Sql =>
  client == null
    ? sql``
    : sql`or (scope = 'client_group' and scope_id = (select k.client_group_id from clients k where k.id = ${client}))`

/** All values of some settings at the installation's scope, in one statement. */
export async function readSettings(
  queries: Queries,
  settings: readonly Setting[],
): Promise<Map<string, unknown>> {
  const rows = await queries.all<{ key: string; value: string }>(
    sql`select key, value from settings where scope = 'installation' and key in (${list(settings.map((s) => s.key))})`,
  )
  const stored = new Map(rows.map((row) => [row.key, JSON.parse(row.value) as unknown]))
  return new Map(settings.map((setting) => [setting.key, stored.get(setting.key) ?? setting.preset]))
}

export interface SettingPlace {
  scope: SettingScope
  /** Empty for the installation. */
  scopeId: string
}

export interface StoredSetting {
  key: string
  value: unknown
  updated_by: string
  updated_at: Instant
}

/** What is written at one place, by key: one statement, whatever the number of settings. */
export async function storedSettings(
  queries: Queries,
  place: SettingPlace,
): Promise<Map<string, StoredSetting>> {
  const rows = await queries.all<{ key: string; value: string; updated_by: string; updated_at: Instant }>(sql`
    select key, value, updated_by, updated_at from settings where scope = ${place.scope} and scope_id = ${place.scopeId}`)
  return new Map(rows.map((row) => [row.key, { ...row, value: JSON.parse(row.value) as unknown }]))
}

export interface SettingChange<S extends TSchema> extends SettingPlace {
  setting: Setting<S>
  /** Undefined takes the place's own value away: the wider scope holds again. */
  value: unknown
}

function checked<S extends TSchema>({ key, schema, problem }: Setting<S>, value: unknown): Static<S> {
  const good = checkInput(schema, value)
  const reason = problem?.(good) ?? null
  if (reason === null) return good
  if (typeof reason === 'string') throw invalidInput({ [key]: reason })
  const parts = Object.entries(reason).map(([part, why]) => [`${key}.${part}`, why] as const)
  throw invalidInput(Object.fromEntries(parts))
}

/** Writes one value, or takes it away. What does not change leaves no trace. */
export async function writeSetting<S extends TSchema>(
  means: Means,
  trx: Trx,
  change: SettingChange<S>,
  actor: Actor,
): Promise<void> {
  const { setting, scope, scopeId } = change
  if (!setting.scopes.includes(scope))
    throw invalidInput({
      [setting.key]: `cannot be set for a ${scope} (expected: ${setting.scopes.join(', ')})`,
    })
  const good = change.value === undefined ? undefined : checked(setting, change.value)
  const value = good === undefined ? null : JSON.stringify(good)
  const at = all([sql`scope = ${scope}`, sql`scope_id = ${scopeId}`, sql`key = ${setting.key}`])
  const old = await trx.get<{ value: string }>(sql`select value from settings where ${at}`)
  if ((old?.value ?? null) === value) return
  if (value !== null && setting.versionOf) {
    const name = setting.versionOf(good!)
    const preset = setting.versionOf(setting.preset) === name ? setting.preset : undefined
    const version = { key: setting.key, scope, scopeId, name, value, preset }
    await keepVersion(means, trx, version, actor)
  }
  if (value === null) await trx.run(sql`delete from settings where ${at}`)
  else
    await trx.run(sql`
      insert into settings (scope, scope_id, key, value, updated_by, updated_at)
      values (${scope}, ${scopeId}, ${setting.key}, ${value}, ${actor.id}, ${means.business.now()})
      on conflict (scope, scope_id, key) do update
      set value = excluded.value, updated_by = excluded.updated_by, updated_at = excluded.updated_at, version = settings.version + 1`)
  // Of the installation as a whole the value says all; elsewhere the trail also names where it holds.
  const where = scope === 'installation' ? {} : { scope, scope_id: scopeId }
  const shown = (text: string | null | undefined) =>
    text == null ? null : { ...where, value: JSON.parse(text) as unknown }
  await recordAudit(means, trx, actor, [
    {
      action: 'setting.change',
      subject: setting.key,
      brandId: scope === 'brand' ? scopeId : null,
      before: shown(old?.value),
      after: shown(value),
    },
  ])
}
