import { allSettings, readSettings, type Setting } from '../../../records/index.ts'
import { sql } from '../../../db/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import type { Block, Field, PageView } from '../blocks.ts'
import { filled, formParts, tickedField, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'

/** "billing.lead_days" belongs to the section "billing". */
export const sectionOf = (key: string): string => key.slice(0, key.indexOf('.'))

export const settingsIn = (section: string): Setting[] =>
  [...allSettings.values()]
    .filter(({ key }) => sectionOf(key) === section)
    .sort((a, b) => (a.key < b.key ? -1 : 1))

interface Written {
  key: string
  name: string | null
  updated_by: string
  updated_at: Instant
}

/** All settings, one form a section; the search narrows them by key, name and hint. */
export async function settingsPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const q = (asked.query.q ?? '').trim().toLowerCase()
  const fits = (setting: Setting) =>
    `${setting.key} ${setting.label} ${setting.hint}`.toLowerCase().includes(q)
  const found = [...allSettings.values()].filter(
    (setting) => setting.scopes.includes('installation') && fits(setting),
  )
  const values = await readSettings(means.db, found)
  const written = await means.db.all<Written>(sql`
    select s.key, u.name, s.updated_by, s.updated_at from settings s left join users u on u.id = s.updated_by where s.scope = 'installation'`)
  const sections = [...new Set(found.map(({ key }) => sectionOf(key)))].sort()
  return {
    head: { title: t('admin.settings.title') },
    main: [
      {
        kind: 'form',
        id: 'settings-search',
        method: 'get',
        action: '/admin/settings',
        inline: true,
        keys: {},
        fields: [
          {
            kind: 'search',
            name: 'q',
            label: t('admin.settings.search'),
            value: asked.query.q ?? '',
            required: false,
          },
        ],
        submit: { label: t('admin.search.go'), kind: 'secondary' },
      },
      ...sections.map((section) =>
        sectionForm(desk, asked, {
          section,
          settings: found.filter(({ key }) => sectionOf(key) === section),
          values,
          written,
        }),
      ),
      ...(sections.length === 0
        ? [
            {
              kind: 'notice',
              id: 'settings-none',
              tone: 'neutral',
              text: t('admin.search.none', { q }),
            } as const,
          ]
        : []),
    ],
  }
}

interface Drawn {
  section: string
  settings: readonly Setting[]
  values: ReadonlyMap<string, unknown>
  written: readonly Written[]
}

function sectionForm(desk: Desk, asked: Asked, { section, settings, values, written }: Drawn): Block {
  const { t } = desk
  const mine = asked.params.section === section ? asked : { ...asked, refused: null }
  return {
    kind: 'form',
    id: `settings-${section}`,
    title: t(`admin.settings.section.${section}`),
    action: `/admin/settings/${section}`,
    fields: settings.map((setting) =>
      settingField(desk, mine, {
        setting,
        value: values.get(setting.key),
        by: written.find(({ key }) => key === setting.key),
      }),
    ),
    submit: { label: t('admin.save'), disabled: !allowed(desk, 'setting.change') },
    ...formParts(desk, mine),
  }
}

interface Json {
  type?: string
  items?: object
  anyOf?: readonly { const?: string }[]
  enum?: readonly string[]
  minimum?: number
  maximum?: number
}

/** Name of the form field: dots would be read as groups by nobody, but ids of elements dislike them. */
export const fieldName = (key: string): string => key.replace('.', '__')

function settingField(
  desk: Desk,
  asked: Asked,
  { setting, value, by }: { setting: Setting; value: unknown; by: Written | undefined },
): Field {
  const { t } = desk
  const schema = setting.schema as Json
  const name = fieldName(setting.key)
  const preset = t('admin.settings.preset', { value: textOfValue(setting.preset) })
  const who = by
    ? t('admin.settings.changed', { who: by.name ?? by.updated_by, day: by.updated_at.slice(0, 10) })
    : ''
  const base = { label: setting.label, hint: [setting.hint, preset, who].filter(Boolean).join(' ') }
  if (schema.type === 'boolean') return { ...tickedField(asked, name, value === true), ...base }
  const choices = schema.enum ?? schema.anyOf?.flatMap((one) => one.const ?? [])
  const field = { ...filled(asked, name, textOfValue(value)), ...base, required: false }
  if (choices && choices.length > 0)
    return { ...field, kind: 'select', options: choices.map((one) => ({ value: one, label: one })) }
  if (schema.type === 'integer' || schema.type === 'number')
    return {
      ...field,
      kind: 'number',
      ...(schema.minimum === undefined ? {} : { min: schema.minimum }),
      ...(schema.maximum === undefined ? {} : { max: schema.maximum }),
    }
  return field
}

/** Lists are written with commas. */
const textOfValue = (value: unknown): string =>
  Array.isArray(value)
    ? value.join(', ')
    : value === null || value === undefined
      ? ''
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value as string | number | boolean)
