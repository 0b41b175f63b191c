import { Type } from '../../../sdk/index.ts'
import { sql } from '../../db/index.ts'
import { requireConfirmed } from '../../identity/index.ts'
import { BerthError, invalidInput, NotFound, type Actor } from '../../kernel/index.ts'
import {
  defineVerb,
  scoped,
  writeSetting,
  type Means,
  type Setting,
  type SettingPlace,
} from '../../records/index.ts'
import type { FieldSchema } from '../../render/index.ts'
import { url } from '../../render/index.ts'
import type { FormBody } from '../context.ts'
import { schemaValues } from './schema-values.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { fieldName, placeOf, settingsOf, settingsPage, settingsPath } from './views/settings.ts'

export const settings: Section = {
  pages: [
    { path: '/settings', permission: 'setting.read', draw: settingsPage },
    { path: '/settings/:topic', permission: 'setting.read', draw: settingsPage },
  ],
  acts: [{ path: '/settings/:topic', permission: 'setting.change', again: settingsPage, act: save }],
}

/** Writes settings of one topic, for the installation or for a brand, all or none. */
export const changeSettings = defineVerb(
  {
    permission: 'setting.change',
    audience: ['staff'],
    input: Type.Object({
      topic: Type.String(),
      /** Absent: for the whole installation. */
      brand_id: Type.Optional(Type.String()),
      values: Type.Record(Type.String(), Type.Unknown()),
      /** Keys whose own value goes: what holds for the installation holds again. */
      inherit: Type.Array(Type.String(), { default: [] }),
    }),
  },
  async (means: Means, { topic, brand_id, values, inherit }, actor): Promise<void> => {
    requireConfirmed(means, actor)
    const place = await reach(means, brand_id, actor)
    await means.db.transaction(async (trx) => {
      for (const setting of settingsOf(topic, place)) {
        const inherits = inherit.includes(setting.key)
        if (!inherits && !(setting.key in values)) continue
        const change = { setting, ...place, value: inherits ? undefined : values[setting.key] }
        await writeSetting(means, trx, change, actor).catch(namedAfter(setting))
      }
    })
  },
)

/** Staff of some brands change the settings of those, and none that hold everywhere. */
async function reach(means: Means, brandId: string | undefined, actor: Actor): Promise<SettingPlace> {
  if (brandId === undefined) {
    if (actor.kind === 'staff' && actor.brandIds !== 'all')
      throw NotFound({ what: 'settings', id: 'installation' })
    return { scope: 'installation', scopeId: '' }
  }
  const row = await means.db.get(
    sql`select b.id from brands b where b.id = ${brandId} and ${scoped(actor, { table: 'b', client: null, brand: 'id' })}`,
  )
  if (!row) throw NotFound({ what: 'brand', id: brandId })
  return { scope: 'brand', scopeId: brandId }
}

/** The check speaks of the value or of a part of it; the form has many. */
export const namedAfter =
  (setting: Setting) =>
  (error: unknown): never => {
    if (!(error instanceof BerthError) || error.code !== 'input.invalid') throw error
    const parts = Object.entries(error.fields).map(
      ([part, reason]) => [fieldOf(setting, part), reason] as const,
    )
    throw invalidInput(Object.fromEntries(parts))
  }

/** The field of a form that holds a part of a setting; the setting's own where no field is the part's alone. */
export function fieldOf({ key, schema }: Setting, part: string): string {
  const path = part.startsWith(`${key}.`) ? part.slice(key.length + 1) : part
  const [first = '', ...rest] = path.split('.')
  const { properties = {}, sums } = schema as FieldSchema
  const isField =
    sums === true || (rest.length === 0 ? first in properties : properties[first]?.sums === true)
  return path !== key && isField ? `${fieldName(key)}.${path}` : fieldName(key)
}

async function save(desk: Desk, { form, params }: Asked) {
  const topic = params.topic!
  const brandId = textOf(form, 'brand')
  const { place } = await placeOf(desk, brandId)
  const known = settingsOf(topic, place)
  if (known.length === 0) throw NotFound({ what: 'topic of settings', id: topic })
  // A search narrows the form, and a tick that is off is not sent: the form says which settings it holds.
  const drawn = new Set(textOf(form, 'drawn').split(','))
  const group = (form.values ?? {}) as FormBody
  const shown = known.filter(({ key }) => drawn.has(key))
  const inherits = ({ key }: Setting) => brandId !== '' && textOf(group, `own.${fieldName(key)}`) === ''
  const input = {
    topic,
    ...(brandId === '' ? {} : { brand_id: brandId }),
    values: typed(
      shown.filter((setting) => !inherits(setting)),
      group,
    ),
    inherit: shown.filter(inherits).map(({ key }) => key),
  }
  await changeSettings(desk.means, input, desk.actor)
  const q = textOf(form, 'q')
  const where = { brand: brandId || null, q: q || null }
  return { href: url(settingsPath(q ? undefined : topic), where), message: desk.t('admin.settings.saved') }
}

/** Fields become what the schemas want. */
export function typed(shown: readonly Setting[], group: FormBody): Record<string, unknown> {
  const properties = Object.fromEntries(shown.map(({ key, schema }) => [fieldName(key), schema]))
  const { settings: values } = schemaValues({ properties }, [], group)
  return Object.fromEntries(
    shown.map((setting) => [setting.key, valueOf(setting, values[fieldName(setting.key)])]),
  )
}

/** An emptied list is empty, an emptied field is the default. A number by itself is not converted by the check. */
function valueOf({ schema, preset }: Setting, value: unknown): unknown {
  const { type } = schema as FieldSchema
  if (value === undefined) return type === 'array' ? [] : preset
  return type === 'integer' && !Number.isNaN(Number(value)) ? Number(value) : value
}
