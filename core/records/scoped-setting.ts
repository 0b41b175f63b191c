import type { Static, TSchema } from 'typebox'
import { join, list, sql, type Queries, type Sql } from '../db/index.ts'
import type { Setting, SettingScope } from './settings.ts'

/** The columns in which the rows of a statement hold the ids of their scopes. The client's group is found by the client. */
export type SettingColumns = Partial<Record<Exclude<SettingScope, 'installation' | 'client_group'>, Sql>>

/** A setting as statements over many rows use it: each row finds its own value, the narrowest scope's. */
export interface ScopedSetting<T> {
  /** All values that are in force somewhere; the installation's comes first. */
  values: readonly T[]
  /** The value of a row as JSON text. `own` are columns that stand beside a scope's setting and yield to it. */
  text(columns: SettingColumns, own?: SettingColumns): Sql
  /** The condition that a row has this value. */
  has(value: T, columns: SettingColumns): Sql
}

const NARROWEST_FIRST = ['client', 'client_group', 'product', 'group', 'brand'] as const

/** One statement reads which values there are; scopes without a value of their own cost nothing. */
export async function scopedSetting<S extends TSchema>(
  queries: Queries,
  setting: Setting<S>,
): Promise<ScopedSetting<Static<S>>> {
  return (await scopedSettings(queries, { setting })).setting
}

/** Several settings by the names that they are given here, also in one statement. */
export async function scopedSettings<S extends Record<string, Setting>>(
  queries: Queries,
  settings: S,
): Promise<ScopedSettings<S>> {
  const keys = Object.values(settings).map(({ key }) => key)
  const rows = await queries.all<Stored & { key: string }>(sql`
    select distinct key, scope, value from settings where key in (${list(keys)}) order by key, scope, value`)
  const ofKey = Map.groupBy(rows, ({ key }) => key)
  const scoped = Object.entries(settings).map(([name, setting]) => [
    name,
    scopedBy(setting, ofKey.get(setting.key) ?? []),
  ])
  return Object.fromEntries(scoped) as ScopedSettings<S>
}

export type ScopedSettings<S extends Record<string, Setting>> = {
  [Name in keyof S]: S[Name] extends Setting<infer T> ? ScopedSetting<Static<T>> : never
}

interface Stored {
  scope: SettingScope
  value: string
}

function scopedBy(setting: Setting, rows: readonly Stored[]): ScopedSetting<unknown> {
  const known = rows.filter(({ scope }) => setting.scopes.includes(scope))
  const whole = known.find(({ scope }) => scope === 'installation')?.value ?? JSON.stringify(setting.preset)
  const texts = [...new Set([whole, ...known.map(({ value }) => value)])]
  const set = new Set(known.map(({ scope }) => scope))
  const text = (columns: SettingColumns, own: SettingColumns = {}): Sql => {
    const parts = NARROWEST_FIRST.flatMap((scope) => {
      const column = idOf(scope, columns)
      const stored =
        column && set.has(scope)
          ? [
              sql`(select x.value from settings x where x.scope = ${scope} and x.scope_id = ${column} and x.key = ${setting.key})`,
            ]
          : []
      const beside = scope === 'client_group' ? undefined : own[scope]
      return [...stored, ...(beside ? [beside] : [])]
    })
    return parts.length === 0 ? sql`${whole}` : sql`coalesce(${join([...parts, sql`${whole}`], ', ')})`
  }
  return {
    values: texts.map((value) => JSON.parse(value) as unknown),
    text,
    has: (value, columns) =>
      texts.length === 1 ? sql`1 = 1` : sql`${text(columns)} = ${JSON.stringify(value)}`,
  }
}

function idOf(scope: (typeof NARROWEST_FIRST)[number], columns: SettingColumns): Sql | undefined {
  if (scope !== 'client_group') return columns[scope]
  return columns.client && sql`(select k.client_group_id from clients k where k.id = ${columns.client})`
}
