import type { Static, TSchema } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { list, sql, type Queries, type Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { checkInput } from './check-input.ts'
import type { Means } from './means.ts'

export type SettingScope = 'installation' | 'brand' | 'group' | 'product' | 'client'
export const SCOPES_WIDEST_FIRST: readonly SettingScope[] = [
  'installation',
  'brand',
  'group',
  'product',
  'client',
]

/** A setting is declared beside its area: what it is, what it touches, its default, where it may be overridden. */
export interface Setting<S extends TSchema = TSchema> {
  key: string
  schema: S
  preset: Static<S>
  scopes: readonly SettingScope[]
  label: string
  hint: string
}

const declared = new Map<string, Setting>()
export const allSettings: ReadonlyMap<string, Setting> = declared

export function defineSetting<S extends TSchema>(setting: Setting<S>): Setting<S> {
  if (declared.has(setting.key)) throw new Error(`The setting "${setting.key}" is declared twice.`)
  declared.set(setting.key, setting as unknown as Setting)
  return setting
}

/** Ids of the scopes that a value is wanted for; the narrowest one that has a row wins. */
export type ScopeIds = Partial<Record<SettingScope, string | null>>

export async function readSetting<S extends TSchema>(
  queries: Queries,
  setting: Setting<S>,
  ids: ScopeIds = {},
): Promise<Static<S>> {
  const scopeIds = ['', ...Object.values(ids).filter((id): id is string => id != null)]
  const rows = await queries.all<{ scope: SettingScope; scope_id: string; value: string }>(
    sql`select scope, scope_id, value from settings where key = ${setting.key} and scope_id in (${list(scopeIds)})`,
  )
  const fitting = rows.filter((row) => row.scope === 'installation' || ids[row.scope] === row.scope_id)
  fitting.sort((a, b) => SCOPES_WIDEST_FIRST.indexOf(b.scope) - SCOPES_WIDEST_FIRST.indexOf(a.scope))
  return fitting[0] ? (JSON.parse(fitting[0].value) as Static<S>) : setting.preset
}

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

export interface SettingChange<S extends TSchema> {
  setting: Setting<S>
  scope: SettingScope
  scopeId: string
  value: unknown
}

export async function writeSetting<S extends TSchema>(
  means: Means,
  trx: Trx,
  change: SettingChange<S>,
  actor: Actor,
): Promise<void> {
  const value = JSON.stringify(checkInput(change.setting.schema, change.value))
  const { key } = change.setting
  const old = await trx.get<{ value: string }>(
    sql`select value from settings where scope = ${change.scope} and scope_id = ${change.scopeId} and key = ${key}`,
  )
  await trx.run(sql`
    insert into settings (scope, scope_id, key, value, updated_by, updated_at)
    values (${change.scope}, ${change.scopeId}, ${key}, ${value}, ${actor.id}, ${means.business.now()})
    on conflict (scope, scope_id, key) do update
    set value = excluded.value, updated_by = excluded.updated_by, updated_at = excluded.updated_at, version = settings.version + 1`)
  // Of the installation as a whole the value says all; elsewhere the trail also names where it holds.
  const told = (text: string | undefined) =>
    change.scope === 'installation' || text === undefined
      ? text
      : { scope: change.scope, scope_id: change.scopeId, value: text }
  await recordAudit(means, trx, actor, [
    { action: 'setting.change', subject: key, before: told(old?.value), after: told(value) },
  ])
}
