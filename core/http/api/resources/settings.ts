import { Type } from '../../../../sdk/index.ts'
import {
  allSettings,
  findRow,
  storedSettings,
  type Setting,
  type SettingPlace,
  type StoredSetting,
} from '../../../records/index.ts'
import type { ApiCall, Endpoint } from '../endpoint.ts'

export const settingEndpoints: readonly Endpoint[] = [
  {
    ...{ id: 'listSettings', method: 'get', path: '/settings', tag: 'settings' },
    summary: 'List every setting with what holds for the installation, or for one brand',
    ...{ permission: 'setting.read', audience: ['staff'] },
    query: Type.Object({
      brand_id: Type.Optional(Type.String({ maxLength: 64, description: 'brd_…; absent: everywhere.' })),
    }),
    status: 200,
    answer: { list: 'Setting' },
    handle: settings,
  },
]

async function settings(call: ApiCall) {
  const { db } = call.deps
  const place = await placeOf(call)
  const wide = await storedSettings(db, { scope: 'installation', scopeId: '' })
  const own = place.scope === 'installation' ? wide : await storedSettings(db, place)
  const settable = [...allSettings.values()].filter(({ scopes }) => scopes.includes(place.scope))
  const items = settable.map((setting) => settingResource(setting, own.get(setting.key), wide))
  return { items: items.sort((a, b) => (a.key < b.key ? -1 : 1)), next: null }
}

async function placeOf({ deps, actor, query }: ApiCall): Promise<SettingPlace> {
  const id = query['brand_id'] as string | undefined
  if (id === undefined) return { scope: 'installation', scopeId: '' }
  const scope = { client: null, brand: 'id' }
  await findRow(deps.db, actor, { table: 'brands', what: 'brand', id, scope })
  return { scope: 'brand', scopeId: id }
}

function settingResource(
  { key, preset, scopes }: Setting,
  own: StoredSetting | undefined,
  wide: ReadonlyMap<string, StoredSetting>,
) {
  return {
    ...{ key, value: own ? own.value : (wide.get(key)?.value ?? preset), preset },
    ...{ scopes, updated_by: own?.updated_by ?? null, updated_at: own?.updated_at ?? null },
  }
}
