import { findBrand } from '../../../brands/index.ts'
import { findClient, type Client } from '../../../clients/index.ts'
import { sql } from '../../../db/index.ts'
import { scoped } from '../../../records/index.ts'
import type { DangerView, Field, PageView } from '../blocks.ts'
import { filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { groupForm } from './client-group-form.ts'
import { dangerParts } from './invoice-forms.ts'
import { countryOptions } from '../../page/index.ts'

export const crumbs = (desk: Desk, label: string, client?: Client) => [
  { label: desk.t('admin.clients.title'), href: '/admin/clients' },
  ...(client ? [{ label: client.company ?? client.name, href: `/admin/clients/${client.id}` }] : []),
  { label },
]

export async function newClient(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const l = labeller(desk)
  const brands = await means.db.all<{ id: string; name: string; currencies: string }>(
    sql`select id, name, currencies from brands b where ${scoped(desk.actor, { table: 'b', client: null, brand: 'id' })} order by id`,
  )
  const currencies = [...new Set(brands.flatMap((brand) => JSON.parse(brand.currencies) as string[]))]
  const choice = (values: readonly string[]) => values.map((value) => ({ value, label: value }))
  return {
    head: { title: t('admin.clients.new'), crumbs: crumbs(desk, t('admin.clients.new')) },
    main: [
      {
        kind: 'form',
        id: 'client-form',
        action: '/admin/clients',
        fields: [
          {
            ...filled(asked, 'brand_id', brands[0]?.id),
            kind: 'select',
            label: l('brand'),
            options: brands.map(({ id, name }) => ({ value: id, label: name })),
          },
          {
            ...filled(asked, 'currency', currencies[0]),
            kind: 'select',
            label: l('currency'),
            options: choice(currencies),
          },
          ...profileFields(desk, asked),
          {
            ...filled(asked, 'owner_email'),
            kind: 'email',
            required: false,
            label: l('owner_email'),
            hint: t('admin.clients.owner_hint'),
          },
        ],
        submit: { label: t('admin.clients.create') },
        cancelHref: '/admin/clients',
        ...formParts(desk, asked),
      },
    ],
  }
}

export async function editClient(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const client = await findClient(desk.means.db, desk.actor, asked.params.id!, 'client.change')
  return {
    head: { title: t('admin.clients.edit'), crumbs: crumbs(desk, t('admin.edit'), client) },
    main: [
      {
        kind: 'form',
        id: 'client-form',
        action: `/admin/clients/${client.id}`,
        fields: profileFields(desk, asked, client),
        submit: { label: t('admin.save') },
        cancelHref: `/admin/clients/${client.id}`,
        ...formParts(desk, asked, client.version),
      },
      await groupForm(desk, asked, client),
    ],
  }
}

/** Of the brand's currencies; offered until documents are issued in one. */
export async function clientCurrency(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const client = await findClient(means.db, actor, asked.params.id!, 'client.change_currency')
  const { currencies } = await findBrand(means.db, client.brand_id)
  const name = client.company ?? client.name
  return {
    head: {
      title: t('admin.clients.currency.title', { name }),
      text: t('admin.clients.currency.text'),
      crumbs: crumbs(desk, t('admin.clients.currency.act'), client),
    },
    main: [
      {
        kind: 'form',
        id: `client-${client.id}-currency`,
        action: `/admin/clients/${client.id}/currency`,
        fields: [
          {
            ...filled(asked, 'currency', client.currency),
            kind: 'select',
            label: t('admin.label.currency'),
            options: currencies.map((value) => ({ value, label: value })),
          },
        ],
        submit: { label: t('admin.save') },
        cancelHref: `/admin/clients/${client.id}`,
        ...formParts(desk, asked),
      },
    ],
  }
}

const OPTIONAL = [
  'company',
  'phone',
  'address_1',
  'address_2',
  'postcode',
  'city',
  'region',
  'tax_id',
] as const

/** Names of the fields that a profile has, in the order shown. */
export const PROFILE = [
  'name',
  'company',
  'email',
  'phone',
  'address_1',
  'address_2',
  'postcode',
  'city',
  'region',
  'country',
  'tax_id',
  'locale',
] as const

function profileFields(desk: Desk, asked: Asked, client?: Client): Field[] {
  const l = labeller(desk)
  const kinds: Partial<Record<(typeof PROFILE)[number], Partial<Field>>> = {
    email: { kind: 'email' },
    phone: { kind: 'tel' },
    country: { kind: 'select', options: [...countryOptions(desk.locale)] },
    locale: { kind: 'select', required: false, options: languageOptions(desk, client?.locale) },
  }
  return PROFILE.map((name) => ({
    ...filled(asked, `profile[${name}]`, client?.[name]),
    ...refusedProfile(asked, name),
    label: l(name),
    required: !(OPTIONAL as readonly string[]).includes(name),
    ...kinds[name],
  }))
}

/** Languages that mails and documents can have; without one the brand's is taken. */
function languageOptions({ means, locale, t }: Desk, stored: string | null | undefined) {
  const names = new Intl.DisplayNames(locale, { type: 'language' })
  const locales = [...new Set([...means.messages.locales, ...(stored ? [stored] : [])])]
  const options = locales.map((value) => ({ value, label: names.of(value) ?? value }))
  return [{ value: '', label: t('admin.clients.brand_language') }, ...options]
}

/** Grouped fields are read and refused as "profile.name". */
function refusedProfile(asked: Asked, name: string): Partial<Field> {
  if (!asked.refused) return {}
  const group = asked.refused.values.profile
  const value = typeof group === 'object' && !Array.isArray(group) ? group[name] : ''
  const error = asked.refused.fields[`profile.${name}`] ?? asked.refused.fields[name]
  return { value: typeof value === 'string' ? value : '', ...(error ? { error } : {}) }
}

/** Suspend, reinstate, close, reopen: each says what it does and asks why. */
export const clientMove =
  (move: string) =>
  async (desk: Desk, asked: Asked): Promise<DangerView> => {
    const { t } = desk
    const client = await findClient(desk.means.db, desk.actor, asked.params.id!, `client.${move}`)
    const name = client.company ?? client.name
    return {
      title: t(`admin.clients.${move}.title`, { name }),
      crumbs: crumbs(desk, t(`admin.clients.act.${move}`), client),
      action: `/admin/clients/${client.id}/${move}`,
      label: t(`admin.clients.act.${move}`),
      cancelHref: `/admin/clients/${client.id}`,
      acts: [{ text: t(`admin.clients.${move}.effect`) }, { text: t(`admin.clients.${move}.keeps`) }],
      ...dangerParts(desk, asked),
    }
  }
