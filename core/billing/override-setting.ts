import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { list, sql, type Queries, type Trx } from '../db/index.ts'
import { invalidInput, NotFound, type Actor } from '../kernel/index.ts'
import {
  allSettings,
  defineVerb,
  demandCheck,
  findRow,
  SCOPES_WIDEST_FIRST,
  writeSetting,
  type Means,
  type ScopeIds,
  type Setting,
  type SettingScope,
} from '../records/index.ts'
import { termsAsking } from './terms-asking.ts'

const Scope = Type.Enum({
  brand: 'brand',
  group: 'group',
  product: 'product',
  client_group: 'client_group',
  client: 'client',
} as const)
const Place = { scope: Scope, scope_id: Type.String() }
type NarrowScope = Exclude<SettingScope, 'installation'>

/** Gives one brand, product group, product, client group or client a value of its own. */
export const overrideSetting = defineVerb(
  {
    permission: 'setting.override',
    asks: ['client.change_terms:check'],
    audience: ['staff'],
    input: Type.Object({ key: Type.String(), ...Place, value: Type.Unknown() }),
  },
  (means: Means, { key, scope, scope_id: scopeId, value }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const setting = settingOf(key, scope)
      const place = await placeOf(trx, actor, scope, scopeId)
      askOfClient(means, trx, actor, { place, key })
      await writeSetting(means, trx, { setting, scope, scopeId, value }, actor)
    }),
)

/** Takes the value of its own away again: the wider scope's holds from then on. */
export const inheritSetting = defineVerb(
  {
    permission: 'setting.inherit',
    asks: ['client.change_terms:check'],
    audience: ['staff'],
    input: Type.Object({ key: Type.String(), ...Place }),
  },
  (means: Means, { key, scope, scope_id: scopeId }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      settingOf(key, scope)
      const place = await placeOf(trx, actor, scope, scopeId)
      const where = sql`scope = ${scope} and scope_id = ${scopeId} and key = ${key}`
      const old = await trx.get<{ value: string }>(sql`select value from settings where ${where}`)
      if (!old) return
      askOfClient(means, trx, actor, { place, key })
      await trx.run(sql`delete from settings where ${where}`)
      const before = { scope, scope_id: scopeId, value: old.value }
      await recordAudit(means, trx, actor, [{ action: 'setting.inherit', subject: key, before }])
    }),
)

export interface OverridableSetting {
  setting: Setting
  /** Undefined while the scope has no value of its own. */
  own: unknown
  /** What holds without it, and which scope says so; "preset" when none does. */
  inherited: unknown
  inheritedFrom: SettingScope | 'preset'
}

/** The settings that a scope may override, with its own and its inherited values. */
export const listOverrides = defineVerb(
  { permission: 'setting.list', audience: ['staff'], input: Type.Object(Place) },
  async (means: Means, { scope, scope_id }, actor): Promise<OverridableSetting[]> => {
    const ids = await placeOf(means.db, actor, scope, scope_id)
    const rows = await means.db.all<{ key: string; scope: SettingScope; value: string; scope_id: string }>(
      sql`select key, scope, scope_id, value from settings where scope_id in (${list(['', ...Object.values(ids)])})`,
    )
    const narrowness = SCOPES_WIDEST_FIRST.indexOf(scope)
    return [...allSettings.values()]
      .filter((setting) => setting.scopes.includes(scope))
      .map((setting) => {
        const stored = rows
          .filter((row) => row.key === setting.key && (ids[row.scope] ?? '') === row.scope_id)
          .sort((a, b) => SCOPES_WIDEST_FIRST.indexOf(b.scope) - SCOPES_WIDEST_FIRST.indexOf(a.scope))
        const wider = stored.find((row) => SCOPES_WIDEST_FIRST.indexOf(row.scope) < narrowness)
        const own = stored.find((row) => row.scope === scope)
        return {
          setting,
          own: own ? (JSON.parse(own.value) as unknown) : undefined,
          inherited: wider ? (JSON.parse(wider.value) as unknown) : setting.preset,
          inheritedFrom: wider?.scope ?? 'preset',
        }
      })
  },
)

/** What one client alone has is an agreement with it; everything wider is how the house is set up. */
function askOfClient(
  means: Means,
  trx: Trx,
  actor: Actor,
  { place, key }: { place: ScopeIds; key: string },
): void {
  if (!place.client) return
  const client = { id: place.client, version: 0, brand_id: place.brand! }
  demandCheck(means, trx, actor, termsAsking(client, [key]))
}

function settingOf(key: string, scope: NarrowScope): Setting {
  const setting = allSettings.get(key)
  if (!setting) throw NotFound({ what: 'setting', id: key })
  if (!setting.scopes.includes(scope))
    throw invalidInput({
      scope: `${key} is not set by ${scope}; it may be set by ${setting.scopes.join(', ')}`,
    })
  return setting
}

const TABLES = {
  brand: { table: 'brands', what: 'brand', scope: { client: null, brand: 'id' } },
  group: { table: 'product_groups', what: 'group', scope: { client: null } },
  product: { table: 'products', what: 'product', scope: { client: null } },
  client_group: { table: 'client_groups', what: 'client group', scope: { client: null } },
  client: { table: 'clients', what: 'client', scope: { client: 'id' } },
} as const

/** The row's own id and those of the wider scopes, when the actor may reach it. */
async function placeOf(queries: Queries, actor: Actor, scope: NarrowScope, id: string): Promise<ScopeIds> {
  const row = await findRow<{ brand_id?: string; group_id?: string; client_group_id?: string | null }>(
    queries,
    actor,
    {
      ...TABLES[scope],
      id,
    },
  )
  return {
    ...(row.brand_id ? { brand: row.brand_id } : {}),
    ...(scope === 'product' && row.group_id ? { group: row.group_id } : {}),
    ...(scope === 'client' && row.client_group_id ? { client_group: row.client_group_id } : {}),
    [scope]: id,
  }
}
