import { creditStanding } from '../../../billing/index.ts'
import { findClient } from '../../../clients/index.ts'
import { allSettings, storedSettings, type Setting, type StoredSetting } from '../../../records/index.ts'
import { inMoney, type PageView } from '../blocks.ts'
import { formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { namesOf, settingFields } from './settings.ts'
import { currenciesAt } from './sum-rows.ts'

/** What may differ for one client. */
export const termsSettings = (): Setting[] =>
  [...allSettings.values()]
    .filter(({ scopes }) => scopes.includes('client'))
    .sort((a, b) => (a.key < b.key ? -1 : 1))

/** Reminders, late fees, days to pay, credit limit and what else may differ for one client: each with what holds without. */
export async function termsPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const l = labeller(desk)
  const client = await findClient(means.db, desk.actor, asked.params.id!, 'client.read')
  const own = await storedSettings(means.db, { scope: 'client', scopeId: client.id })
  const everywhere = await storedSettings(means.db, { scope: 'installation', scopeId: '' })
  const ofBrand = await storedSettings(means.db, { scope: 'brand', scopeId: client.brand_id })
  const group = client.client_group_id
  const ofGroup = group
    ? await storedSettings(means.db, { scope: 'client_group', scopeId: group })
    : new Map<string, StoredSetting>()
  const wide = new Map([...everywhere, ...ofBrand, ...ofGroup])
  const names = await namesOf(desk, [...own.values()])
  const place = { scope: 'client' as const, scopeId: client.id }
  const currencies = await currenciesAt(desk, place)
  const drawn = { section: 'terms', settings: termsSettings(), place, own, wide, names, currencies }
  const { limitMinor, owedMinor } = await creditStanding(means.db, client)
  const name = client.company ?? client.name
  const title = t('admin.terms.title')
  return {
    head: {
      title,
      text: t('admin.terms.text', { client: name }),
      crumbs: [
        { label: t('admin.clients.title'), href: '/admin/clients' },
        { label: name, href: `/admin/clients/${client.id}` },
        { label: title },
      ],
    },
    main: [
      {
        kind: 'form',
        id: 'client-terms',
        action: `/admin/clients/${client.id}/terms`,
        fields: drawn.settings.flatMap((setting) => settingFields(desk, asked, setting, drawn)),
        submit: { label: t('admin.save') },
        cancelHref: `/admin/clients/${client.id}`,
        ...formParts(desk, asked),
      },
    ],
    aside: [
      {
        kind: 'facts',
        id: 'client-owes',
        items: [
          { label: l('open'), value: inMoney(owedMinor, client.currency) },
          { label: l('credit_limit'), value: inMoney(limitMinor, client.currency) },
        ],
      },
    ],
  }
}
