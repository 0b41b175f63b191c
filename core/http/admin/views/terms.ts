import { listOverrides } from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import { assert } from '../../../kernel/index.ts'
import { storedSettings, type SettingScope, type StoredSetting } from '../../../records/index.ts'
import type { Block, PageView } from '../blocks.ts'
import { formParts, type Asked, type Desk } from '../desk.ts'
import { namesOf, settingFields } from './settings.ts'
import { currenciesAt } from './sum-rows.ts'

export type TermScope = Extract<SettingScope, 'client' | 'product' | 'group'>

/** Where a scope's own page is, and which of its columns names it. */
export const TERM_PLACES = {
  client: { at: '/admin/clients', name: sql`select coalesce(company, name) as name from clients` },
  product: { at: '/admin/catalog/products', name: sql`select name from products` },
  group: { at: '/admin/catalog/groups', name: sql`select name from product_groups` },
} as const

/** Settings that one client, product or product group has of its own; the others say from where they come. */
export const termsPage =
  (scope: TermScope) =>
  async (desk: Desk, asked: Asked): Promise<PageView> => {
    const { means, actor, t } = desk
    const id = asked.params.id!
    const rows = await listOverrides(means, { scope, scope_id: id }, actor)
    const own = await storedSettings(means.db, { scope, scopeId: id })
    const { at, name: named } = TERM_PLACES[scope]
    const row = await means.db.get<{ name: string }>(sql`${named} where id = ${id}`)
    assert(row, `${scope} ${id} was found`)
    return {
      head: {
        title: t('extras.terms.title', { name: row.name }),
        text: t('extras.terms.text'),
        crumbs: [{ label: row.name, href: `${at}/${id}` }, { label: t('extras.terms.link') }],
      },
      main: [
        form(desk, asked, {
          ...{ scope, id, at, rows, own, names: await namesOf(desk, [...own.values()]) },
          currencies: await currenciesAt(desk, { scope, scopeId: id }),
        }),
      ],
    }
  }

interface Drawn {
  scope: TermScope
  id: string
  at: string
  rows: Awaited<ReturnType<typeof listOverrides>>
  own: ReadonlyMap<string, StoredSetting>
  names: ReadonlyMap<string, string>
  currencies: readonly string[]
}

function form(desk: Desk, asked: Asked, { scope, id, at, rows, own, names, currencies }: Drawn): Block {
  const inherited = (key: string, value: unknown): [string, StoredSetting] => [
    key,
    { key, value, updated_by: '', updated_at: '' as StoredSetting['updated_at'] },
  ]
  const drawn = {
    ...{ section: '', settings: rows.map(({ setting }) => setting), place: { scope, scopeId: id } },
    own,
    wide: new Map(rows.map(({ setting, inherited: value }) => inherited(setting.key, value))),
    ...{ names, currencies },
  }
  return {
    kind: 'form',
    id: `${scope}-terms`,
    action: `${at}/${id}/settings`,
    fields: rows.flatMap(({ setting }) => settingFields(desk, asked, setting, drawn)),
    submit: { label: desk.t('admin.save') },
    ...formParts(desk, asked),
  }
}
