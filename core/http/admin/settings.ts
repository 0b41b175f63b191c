import { Type } from '../../../sdk/index.ts'
import { BerthError, invalidInput, NotFound } from '../../kernel/index.ts'
import { defineVerb, writeSetting, type Means, type Setting } from '../../records/index.ts'
import type { FormBody } from '../context.ts'
import { textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { fieldName, settingsIn, settingsPage } from './views/settings.ts'

export const settings: Section = {
  pages: [
    { path: '/settings', permission: 'setting.read', draw: settingsPage },
    { path: '/settings/:section', permission: 'setting.read', draw: settingsPage },
  ],
  acts: [{ path: '/settings/:section', permission: 'setting.change', again: settingsPage, act: save }],
}

/** Writes settings of one section for the whole installation, all or none. */
export const changeSettings = defineVerb(
  {
    permission: 'setting.change',
    audience: ['staff'],
    input: Type.Object({ section: Type.String(), values: Type.Record(Type.String(), Type.Unknown()) }),
  },
  (means: Means, { section, values }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      for (const setting of settingsIn(section)) {
        if (!(setting.key in values)) continue
        const change = { setting, scope: 'installation', scopeId: '', value: values[setting.key] } as const
        await writeSetting(means, trx, change, actor).catch(namedAfter(setting))
      }
    }),
)

/** The check speaks of the value as a whole; the form has many. */
const namedAfter =
  (setting: Setting) =>
  (error: unknown): never => {
    if (!(error instanceof BerthError) || error.code !== 'input.invalid') throw error
    throw invalidInput({ [fieldName(setting.key)]: Object.values(error.fields)[0] ?? error.message })
  }

async function save({ means, actor, t }: Desk, { form, params }: Asked) {
  const section = params.section!
  const known = settingsIn(section)
  if (known.length === 0) throw NotFound({ what: 'section of settings', id: section })
  const values = Object.fromEntries(known.flatMap((setting) => typed(setting, form)))
  await changeSettings(means, { section, values }, actor)
  return { href: '/admin/settings', message: t('admin.settings.saved') }
}

interface Json {
  type?: string
  items?: { type?: string }
}

/** A text field becomes what the schema wants; a field that was not drawn stays as it is. */
function typed(setting: Setting, form: FormBody): [string, unknown][] {
  const schema = setting.schema as Json
  const name = fieldName(setting.key)
  if (schema.type === 'boolean') return [[setting.key, ticked(form, name)]]
  if (!(name in form)) return []
  const text = textOf(form, name)
  if (schema.type === 'array') {
    const parts = text.split(',').map((part) => part.trim())
    return [[setting.key, parts.filter(Boolean)]]
  }
  if (schema.type === 'string' || text === '') return [[setting.key, text === '' ? setting.preset : text]]
  // A number of its own is not converted by the check, which converts only what lies inside a list or an object.
  return [[setting.key, Number.isNaN(Number(text)) ? text : Number(text)]]
}
