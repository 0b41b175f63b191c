import {
  allSettings,
  scoped,
  storedSettings,
  type Setting,
  type SettingPlace,
  type StoredSetting,
} from '../../../records/index.ts'
import { rowsLacking, taxPlugin } from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import { dayIn, NotFound } from '../../../kernel/index.ts'
import { schemaFields, url, type FieldSchema } from '../../../render/index.ts'
import type { Block, Button, Field, PageView } from '../blocks.ts'
import { formParts, textOf, type Asked, type Desk } from '../desk.ts'
import type { FormBody } from '../../context.ts'
import { schemaValues } from '../schema-values.ts'
import { actorName } from './actor-name.ts'
import { allowed } from './clients.ts'
import { SETTING_TOPICS } from './setting-topics.ts'
import { currenciesAt, rowsOf } from './sum-rows.ts'

/** Name of the form field: dots part the fields of an object. */
export const fieldName = (key: string): string => key.replace('.', '__')

/** The settings of a topic that a place may have values of; none of a topic that does not exist. */
export const settingsOf = (topic: string, { scope }: SettingPlace): Setting[] =>
  (Object.hasOwn(SETTING_TOPICS, topic) ? SETTING_TOPICS[topic]! : [])
    .map((key) => allSettings.get(key)!)
    .filter(({ scopes }) => scopes.includes(scope))

/** What a page says of a setting. */
export const wordsOf = ({ t }: Desk, { key }: Setting) => ({
  label: t(`settings.${key}.label`),
  hint: t(`settings.${key}.hint`),
})

interface Shop {
  id: string
  name: string
}

const brandsOf = ({ means, actor }: Desk): Promise<Shop[]> =>
  means.db.all<Shop>(
    sql`select b.id, b.name from brands b where ${scoped(actor, { table: 'b', client: null, brand: 'id' })} order by b.name`,
  )

/** The place that a page or a form is about; a brand out of reach is not found. */
export async function placeOf(desk: Desk, brandId: string): Promise<{ place: SettingPlace; brands: Shop[] }> {
  const brands = await brandsOf(desk)
  if (brandId === '') return { place: { scope: 'installation', scopeId: '' }, brands }
  if (!brands.some(({ id }) => id === brandId)) throw NotFound({ what: 'brand', id: brandId })
  return { place: { scope: 'brand', scopeId: brandId }, brands }
}

/** The topics, one of them as a form, or what a search by key, name and hint finds in all of them. */
export async function settingsPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const { place, brands } = await placeOf(desk, asked.query.brand ?? textOf(asked.form, 'brand'))
  const topic = asked.params.topic
  if (topic !== undefined && settingsOf(topic, place).length === 0)
    throw NotFound({ what: 'topic of settings', id: topic })
  const wide = await storedSettings(means.db, { scope: 'installation', scopeId: '' })
  const own = place.scope === 'installation' ? wide : await storedSettings(means.db, place)
  const names = await namesOf(desk, [...own.values()])
  const currencies = await currenciesAt(desk, place)
  const all = { place, own, wide, names, currencies }
  const q = searched(asked).trim()
  return {
    head: {
      title: t(topic ? `admin.settings.topic.${topic}.title` : 'admin.settings.title'),
      text: t(topic ? `admin.settings.topic.${topic}.text` : `admin.settings.text.${place.scope}`),
      ...(topic ? { crumbs: crumbsTo(desk, topic, place) } : {}),
      actions: topic ? [] : besides(desk, place),
    },
    tabs: {
      label: t('admin.settings.title'),
      tabs: [{ id: '', name: t('admin.settings.everywhere') }, ...brands].map(({ id, name }) => ({
        label: name,
        href: url(settingsPath(topic), { brand: id || null }),
        active: id === place.scopeId,
      })),
    },
    main:
      topic !== undefined && q === ''
        ? [topicForm(desk, asked, { ...all, topic, settings: settingsOf(topic, place) })]
        : [
            searchForm(desk, asked, place),
            ...(q === '' ? [topicList(desk, all)] : found(desk, asked, all, q)),
          ],
  }
}

export const settingsPath = (topic?: string): string =>
  topic === undefined ? '/admin/settings' : `/admin/settings/${topic}`

const crumbsTo = ({ t }: Desk, topic: string, { scopeId }: SettingPlace) => [
  { label: t('admin.settings.title'), href: url(settingsPath(), { brand: scopeId || null }) },
  { label: t(`admin.settings.topic.${topic}.title`) },
]

/** What each topic is about, and how many of its settings are not as they came. */
function topicList({ t }: Desk, { place, own }: Place): Block {
  const topics = Object.keys(SETTING_TOPICS)
    .map((topic) => ({ topic, settings: settingsOf(topic, place) }))
    .filter(({ settings }) => settings.length > 0)
  return {
    kind: 'table',
    id: 'setting-topics',
    title: t('admin.settings.topics'),
    columns: [
      { label: t('admin.settings.topic_name'), phone: 'title' },
      { label: t('admin.settings.topic_about'), phone: 'line' },
      ...(own.size > 0
        ? [{ label: t('admin.settings.topic_own'), align: 'end', phone: 'hide' } as const]
        : []),
    ],
    rows: topics.map(({ topic, settings }) => {
      const name = t(`admin.settings.topic.${topic}.title`)
      return {
        id: topic,
        label: name,
        href: url(settingsPath(topic), { brand: place.scopeId || null }),
        cells: [
          name,
          t(`admin.settings.topic.${topic}.text`),
          ...(own.size > 0 ? [settings.filter(({ key }) => own.has(key)).length || null] : []),
        ],
      }
    }),
    empty: { title: t('admin.settings.nothing') },
  }
}

/** A form for each topic that holds something of it. */
function found(desk: Desk, asked: Asked, all: Place, q: string): Block[] {
  const fits = (setting: Setting) => {
    const { label, hint } = wordsOf(desk, setting)
    return `${setting.key} ${label} ${hint}`.toLowerCase().includes(q.toLowerCase())
  }
  const forms = Object.keys(SETTING_TOPICS)
    .map((topic) => ({ topic, settings: settingsOf(topic, all.place).filter(fits) }))
    .filter(({ settings }) => settings.length > 0)
    .map((held) => topicForm(desk, asked, { ...all, ...held }))
  if (forms.length > 0) return forms
  return [{ kind: 'notice', id: 'settings-none', tone: 'neutral', text: desk.t('admin.search.none', { q }) }]
}

/** Where the rest of a brand stands, and who it sells for. */
function besides(desk: Desk, { scopeId }: SettingPlace): Button[] {
  const [brand, sellers] = [`/admin/brands/${scopeId}`, '/admin/sellers']
  return [
    ...(scopeId !== '' && allowed(desk, 'brand.read')
      ? [{ label: desk.t('admin.shops.brand'), href: brand, icon: 'building-store' }]
      : []),
    ...(allowed(desk, 'seller.list')
      ? [{ label: desk.t('admin.shops.sellers'), href: sellers, icon: 'building' }]
      : []),
  ]
}

export async function namesOf(
  { means }: Desk,
  rows: readonly StoredSetting[],
): Promise<ReadonlyMap<string, string>> {
  if (rows.length === 0) return new Map()
  const users = await means.db.all<Shop>(
    sql`select id, name from users where id in (select updated_by from settings)`,
  )
  return new Map(users.map(({ id, name }) => [id, name]))
}

/** Kept by the forms that it narrows: drawn again with more than was sent, they would hold what nobody typed. */
const searched = ({ query, form }: Asked): string => query.q ?? textOf(form, 'q')

function searchForm({ t }: Desk, asked: Asked, place: SettingPlace): Block {
  const hidden = { kind: 'hidden', name: 'brand', label: '', value: place.scopeId }
  const field = {
    kind: 'search',
    name: 'q',
    label: t('admin.settings.search'),
    value: searched(asked),
    required: false,
  }
  return {
    kind: 'form',
    id: 'settings-search',
    method: 'get',
    action: '/admin/settings',
    inline: true,
    keys: {},
    fields: place.scopeId ? [hidden, field] : [field],
    submit: { label: t('admin.search.go'), kind: 'secondary' },
  }
}

interface Place {
  place: SettingPlace
  own: ReadonlyMap<string, StoredSetting>
  wide: ReadonlyMap<string, StoredSetting>
  names: ReadonlyMap<string, string>
  /** What is sold in there: each is a row of a setting that is a sum by currency. */
  currencies: readonly string[]
}

export interface Drawn extends Place {
  settings: readonly Setting[]
}

function topicForm(desk: Desk, asked: Asked, drawn: Drawn & { topic: string }): Block {
  const { t } = desk
  const { topic, settings, place } = drawn
  const mine = asked.params.topic === topic ? asked : { ...asked, refused: null }
  const brand = { kind: 'hidden', name: 'brand', label: '', value: place.scopeId }
  return {
    kind: 'form',
    id: `settings-${topic}`,
    ...(asked.params.topic === topic && searched(asked) === ''
      ? {}
      : { title: t(`admin.settings.topic.${topic}.title`) }),
    action: settingsPath(topic),
    fields: [
      ...(place.scopeId ? [brand] : []),
      ...(searched(asked) === '' ? [] : [{ kind: 'hidden', name: 'q', label: '', value: searched(asked) }]),
      { kind: 'hidden', name: 'drawn', label: '', value: settings.map(({ key }) => key).join(',') },
      ...settings.flatMap((setting) => settingFields(desk, mine, setting, drawn)),
    ],
    submit: { label: t('admin.save'), disabled: !allowed(desk, 'setting.change') },
    ...formParts(desk, mine),
  }
}

/** The field; for a brand a tick before it says whether the brand has a value of its own. */
export function settingFields(desk: Desk, asked: Asked, setting: Setting, drawn: Drawn): Field[] {
  const { t } = desk
  const name = fieldName(setting.key)
  const inherited = drawn.wide.get(setting.key)?.value ?? setting.preset
  const stored = drawn.own.get(setting.key)
  const typed = (asked.refused?.values.values ?? {}) as FormBody
  const value = asked.refused
    ? schemaValues({ properties: { [name]: setting.schema } }, [], typed).settings[name]
    : (stored?.value ?? inherited)
  const ticked = asked.refused ? textOf(typed, `own.${name}`) !== '' : stored !== undefined
  const own: Field = {
    kind: 'checkbox',
    name: `values[own.${name}]`,
    label: t('admin.settings.own', { name: wordsOf(desk, setting).label }),
    checked: ticked,
    required: false,
  }
  const [field] = schemaFields({
    schema: {
      type: 'object',
      properties: {
        [name]: {
          ...drawable(desk, setting, {
            hint: hintOf(desk, setting, drawn),
            rows: rowsOf(drawn.currencies, asked.refused ? value : stored?.value),
          }),
          ...choicesOf(desk, setting, value),
        },
      },
    },
    values: { [name]: value },
    errors: { ...asked.refused?.fields },
    prefix: 'values',
  })
  if (drawn.place.scope !== 'installation') return [own, { ...field!, required: isChoice(setting) }]
  return [{ ...field!, required: isNumber(setting) || isChoice(setting) }]
}

/** Plugins that may be chosen, and the one that was, be it there or not. */
function choicesOf(
  { means, t }: Desk,
  { key }: Setting,
  chosen: unknown,
): Pick<FieldSchema, 'enum'> | object {
  if (key !== taxPlugin.key) return {}
  const offers = [
    ...means.hooks.offering('tax.determine'),
    ...means.hooks.offering('tax.determine_remote'),
  ].filter(({ instance }, i, all) => all.findIndex((one) => one.instance === instance) === i)
  const gone =
    typeof chosen === 'string' && chosen !== '' && !offers.some(({ instance }) => instance === chosen)
      ? [chosen]
      : []
  return {
    enum: ['', ...offers.map(({ instance }) => instance), ...gone],
    enumNames: [
      t('settings.billing.tax_plugin.none'),
      ...offers.map(({ plugin, instance }) => `${plugin} (${instance})`),
      ...gone.map((id) => t('settings.billing.tax_plugin.gone', { id })),
    ],
  }
}

/** Among choices there is always one. */
const isChoice = ({ schema }: Setting): boolean => (schema as FieldSchema).enum !== undefined

const isNumber = ({ schema }: Setting): boolean => (schema as FieldSchema).type === 'integer'

/** The schema with the words of a page: for the setting, for its choices, for the parts of an object. */
function drawable(
  desk: Desk,
  setting: Setting,
  { hint, rows }: { hint: string; rows: Record<string, FieldSchema> },
): FieldSchema {
  const schema = setting.schema as FieldSchema
  const name = (part: string) => desk.t(`settings.${setting.key}.part.${part}`)
  const named = (properties: Record<string, FieldSchema>) =>
    Object.fromEntries(
      Object.entries(properties).map(([part, one]) => [
        part,
        { ...one, title: name(part), ...(one.sums ? { properties: rows } : {}) },
      ]),
    )
  const { properties: parts, items } = schema
  const choices = schema.items?.anyOf?.map((one) => String(one.const)) ?? []
  return {
    ...schema,
    title: wordsOf(desk, setting).label,
    description: hint,
    ...(parts ? { properties: named(parts) } : {}),
    ...(schema.sums ? { properties: rows } : {}),
    ...(items?.properties ? { items: { ...items, properties: named(items.properties) } } : {}),
    ...(choices.length > 0 ? { items: { ...schema.items, enumNames: choices.map(name) } } : {}),
    ...(schema.enum ? { enumNames: schema.enum.map((one) => name(String(one))) } : {}),
  }
}

const whoOf = (desk: Desk, actor: string, names: Drawn['names']): string =>
  actorName(desk, { actor, name: names.get(actor) ?? null })

/** What it touches, what holds without it, and who changed it last. */
function hintOf(desk: Desk, setting: Setting, { place, own, wide, names, currencies }: Drawn): string {
  const { t, zone, locale } = desk
  const preset =
    place.scope === 'installation' ? setting.preset : (wide.get(setting.key)?.value ?? setting.preset)
  const text = textOfValue(desk, setting, preset)
  const row = own.get(setting.key)
  const lacking = rowsLacking(
    setting,
    row?.value ?? wide.get(setting.key)?.value ?? setting.preset,
    currencies,
  )
  const day =
    row &&
    new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(new Date(dayIn(zone, row.updated_at)))
  return [
    wordsOf(desk, setting).hint,
    lacking.length === 0 ? '' : t('admin.settings.no_row', { currencies: lacking.join(', ') }),
    text === null ? '' : t(`admin.settings.preset.${place.scope}`, { value: text }),
    row ? t('admin.settings.changed', { who: whoOf(desk, row.updated_by, names), day: day! }) : '',
  ]
    .filter(Boolean)
    .join(' ')
}

/** A value as a sentence can hold it; null for what is empty, or too long for one. */
function textOfValue({ t }: Desk, { key, schema }: Setting, value: unknown): string | null {
  if ((schema as FieldSchema).sums) {
    const sums = Object.entries(value as Record<string, string>)
    return sums.length === 0
      ? t('admin.settings.nothing')
      : sums.map((sum) => sum.toReversed().join(' ')).join(', ')
  }
  if ((schema as FieldSchema).enum) return t(`settings.${key}.part.${String(value)}`)
  if (typeof value === 'boolean') return t(value ? 'admin.settings.yes' : 'admin.settings.no')
  if (value === '') return null
  if (Array.isArray(value)) return value.length === 0 ? t('admin.settings.nothing') : value.join(', ')
  return typeof value === 'object' ? null : String(value as string | number)
}
