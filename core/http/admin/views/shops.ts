import { listSellers, readBrand, type Brand, type Seller } from '../../../brands/index.ts'
import { requireConfirmed } from '../../../identity/index.ts'
import { url } from '../../../render/index.ts'
import { countryOptions } from '../../page/index.ts'
import type { Block, Field, PageView } from '../blocks.ts'
import { filled, formParts, labeller, tickedField, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'

const crumbs = ({ t }: Desk, label: string, href = '/admin/settings') => [
  { label: t('admin.settings.title'), href },
  { label },
]

/** Legal entities are few: one form each. */
export async function sellersPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  // Asked before the form is filled in, not after.
  if (allowed(desk, 'seller.change')) requireConfirmed(means, actor)
  const sellers = await listSellers(means, {}, actor)
  const title = t('admin.shops.sellers')
  return {
    head: { title, text: t('admin.shops.sellers_text'), crumbs: crumbs(desk, title) },
    main: sellers.map((seller) => sellerForm(desk, asked, seller)),
  }
}

function sellerForm(desk: Desk, asked: Asked, seller: Seller): Block {
  const mine = asked.params.id === seller.id ? asked : { ...asked, refused: null }
  return {
    kind: 'form',
    id: `seller-${seller.id}`,
    title: seller.name,
    action: `/admin/sellers/${seller.id}`,
    fields: sellerFields(desk, mine, seller),
    submit: { label: desk.t('admin.save'), disabled: !allowed(desk, 'seller.change') },
    ...formParts(desk, mine, seller.version),
  }
}

function sellerFields(desk: Desk, asked: Asked, seller: Seller): Field[] {
  const { t } = desk
  const l = labeller(desk)
  const { lines, postcode, city } = seller.address
  const free = { required: false }
  return [
    { ...filled(asked, 'name', seller.name), label: t('admin.shops.seller_name') },
    {
      ...filled(asked, 'lines', lines.join('\n')),
      ...{ kind: 'textarea', rows: 2, label: l('address_1'), hint: t('admin.shops.lines_hint') },
    },
    { ...filled(asked, 'postcode', postcode), ...free, label: l('postcode') },
    { ...filled(asked, 'city', city), label: l('city') },
    {
      ...filled(asked, 'region', seller.region),
      ...free,
      label: l('region'),
      hint: t('admin.shops.region_hint'),
    },
    {
      ...filled(asked, 'country', seller.country),
      ...{ kind: 'select', label: l('country'), hint: t('admin.shops.country_hint') },
      options: [...countryOptions(desk.locale)],
    },
    {
      ...filled(asked, 'tax_id', seller.tax_id),
      ...free,
      label: l('tax_id'),
      hint: t('admin.shops.tax_id_hint'),
    },
    {
      ...filled(asked, 'accounting_currency', seller.accounting_currency),
      ...free,
      label: t('admin.shops.accounting_currency'),
      hint: t('admin.shops.accounting_currency_hint'),
    },
    {
      ...filled(asked, 'email', seller.email),
      kind: 'email',
      label: l('email'),
      hint: t('admin.shops.email_hint'),
    },
    {
      ...filled(asked, 'legal_text', seller.legal_text),
      ...{
        ...free,
        kind: 'textarea',
        rows: 3,
        label: t('admin.shops.legal_text'),
        hint: t('admin.shops.legal_hint'),
      },
    },
  ]
}

export async function brandPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const brand = await readBrand(means, { brand_id: asked.params.id! }, actor)
  const back = url('/admin/settings', { brand: brand.id })
  return {
    head: {
      title: brand.name,
      text: t('admin.shops.brand_text'),
      crumbs: crumbs(desk, brand.name, back),
      ...(allowed(desk, 'document_layout.read')
        ? {
            actions: [
              {
                label: t('admin.document_layout.title'),
                href: `/admin/brands/${brand.id}/layout`,
                icon: 'file-text',
              },
            ],
          }
        : {}),
    },
    main: [
      {
        kind: 'form',
        id: 'brand',
        action: `/admin/brands/${brand.id}`,
        // The name stands above every page, and in its title.
        reloads: true,
        fields: [...frontFields(desk, asked, brand), ...moneyFields(desk, asked, brand)],
        submit: { label: t('admin.save'), disabled: !allowed(desk, 'brand.change') },
        cancelHref: back,
        ...formParts(desk, asked, brand.version),
      },
    ],
  }
}

function frontFields(desk: Desk, asked: Asked, brand: Brand): Field[] {
  const { t, means } = desk
  const l = labeller(desk)
  const names = new Intl.DisplayNames(desk.locale, { type: 'language' })
  const locales = [...new Set([brand.locale, ...means.messages.locales])]
  const zones = [...new Set([brand.zone, ...Intl.supportedValuesOf('timeZone')])]
  return [
    { ...filled(asked, 'name', brand.name), label: l('name') },
    {
      ...filled(asked, 'hosts', brand.hosts.join('\n')),
      ...{ kind: 'textarea', rows: 2, label: t('admin.shops.hosts'), hint: t('admin.shops.hosts_hint') },
    },
    {
      ...filled(asked, 'sender', brand.sender),
      label: t('admin.shops.sender'),
      hint: t('admin.shops.sender_hint'),
    },
    {
      ...filled(asked, 'locale', brand.locale),
      ...{ kind: 'select', label: l('language'), hint: t('admin.shops.locale_hint') },
      options: locales.map((value) => ({ value, label: names.of(value) ?? value })),
    },
    {
      ...filled(asked, 'zone', brand.zone),
      ...{ kind: 'select', label: t('getting_in.set_up.zone'), hint: t('getting_in.set_up.zone_hint') },
      options: zones.map((value) => ({ value, label: value.replaceAll('_', ' ') })),
    },
    {
      ...filled(asked, 'colour', brand.colour),
      ...{ required: false, label: t('admin.shops.colour'), hint: t('admin.shops.colour_hint') },
    },
  ]
}

function moneyFields({ t }: Desk, asked: Asked, brand: Brand): Field[] {
  return [
    {
      ...filled(asked, 'currencies', brand.currencies.join(', ')),
      ...{ label: t('admin.shops.currencies'), hint: t('admin.shops.currencies_hint') },
    },
    {
      ...filled(asked, 'currency', brand.currency),
      ...{ label: t('admin.shops.currency'), hint: t('admin.shops.currency_hint') },
    },
    {
      ...tickedField(asked, 'prices_include_tax', brand.prices_include_tax === 1),
      label: t('getting_in.set_up.prices_include_tax'),
      hint: t('admin.shops.include_hint'),
    },
  ]
}
