import { isDeepStrictEqual } from 'node:util'
import type { Static, TSchema } from '../../sdk/index.ts'
import { sql, type Queries, type Sql, type Trx } from '../db/index.ts'
import { invalidInput, type Actor } from '../kernel/index.ts'
import type { Means } from './means.ts'
import type { Setting, SettingPlace } from './settings.ts'

/** A value as it was written: the name of its version, and its text as JSON. */
interface Version extends SettingPlace {
  key: string
  name: string
  value: string
  /** What holds under this name where nothing was ever written: it may have been accepted too. */
  preset: unknown
}

/**
 * Keeps what stands under the name of a version for good. Where a shop may read the name already, it stands for one
 * value: another one is refused, for what was accepted under it must stay readable as it was.
 */
export async function keepVersion(means: Means, trx: Trx, version: Version, actor: Actor): Promise<void> {
  const { key, scope, scopeId, name, value, preset } = version
  const seen = await trx.all<{ value: string; scope: string; scope_id: string }>(sql`
    select value, scope, scope_id from setting_versions
    where key = ${key} and name = ${name} and ${readBeside(version)}`)
  const known = seen.length > 0 ? seen.map((row) => JSON.parse(row.value) as unknown) : [preset]
  if (known.some((one) => one !== undefined && !isDeepStrictEqual(one, JSON.parse(value))))
    throw invalidInput({
      version: `"${name}" names another text already, which stays readable for those who accepted it: name the new one otherwise`,
    })
  if (seen.some((row) => row.scope === scope && row.scope_id === scopeId)) return
  await trx.run(sql`
    insert into setting_versions (key, scope, scope_id, name, value, kept_by, kept_at)
    values (${key}, ${scope}, ${scopeId}, ${name}, ${value}, ${actor.id}, ${means.business.now()})`)
}

/** Places whose versions a shop could confuse with one of this place: of the installation, with all. */
function readBeside({ scope, scopeId }: SettingPlace): Sql {
  if (scope === 'installation') return sql`1 = 1`
  return sql`(scope = 'installation' or (scope = ${scope} and scope_id = ${scopeId}))`
}

/** What stood under the name of a version in a brand's shop; null when nothing ever did. */
export async function readVersion<S extends TSchema>(
  queries: Queries,
  setting: Setting<S>,
  { brand, name }: { brand: string; name: string },
): Promise<Static<S> | null> {
  const row = await queries.get<{ value: string }>(sql`
    select value from setting_versions where key = ${setting.key} and name = ${name}
      and ${readBeside({ scope: 'brand', scopeId: brand })}
    order by case scope when 'brand' then 0 else 1 end limit 1`)
  return row ? (JSON.parse(row.value) as Static<S>) : null
}
