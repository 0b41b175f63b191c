import { sql, type Sql } from '../../../db/index.ts'
import { url } from '../../../render/index.ts'
import type { Block, Button, Column, Empty, List, PageView, Row } from '../blocks.ts'
import type { Asked, Desk } from '../desk.ts'
import { holds, readList, type Listing } from '../read-list.ts'

export interface ListSpec<R extends { id: string }> {
  /** Messages "admin.<noun>.title", ".none", ".none_text". */
  noun: string
  /** Where these messages stand instead: "offers.quote". */
  words?: string
  /** "/admin/payments". */
  path: string
  listing: Listing
  columns: readonly Column[]
  row: (row: R) => Row
  /** Values of the parameter `status`, each with its condition; the first is shown when none is asked for. */
  tabs?: readonly Tab[]
  /** Columns in which the search looks; without any there is no search field. */
  searchIn?: readonly Sql[]
  /** Parameter → column, or the condition that its value makes: exact filters, shown as chips. */
  filters?: Readonly<Record<string, Sql | ((value: string) => Sql)>>
  icon?: string
  actions?: readonly Button[]
  emptyAction?: Empty['action']
  before?: readonly Block[]
  /** The page that leads here, where no tab does. */
  above?: { label: string; href: string }
}

export interface Tab {
  value: string
  label: string
  where?: Sql
  count?: number
}

/** Lists about payments that their page leads to. */
export const paymentsAbove = ({ t }: Desk) => ({
  ...{ label: t('admin.payments.title'), href: '/admin/payments' },
})

/** A page that is one list: tabs, live search, filters, paging by key. Two statements. */
export async function listPage<R extends { id: string }>(
  desk: Desk,
  asked: Asked,
  spec: ListSpec<R>,
): Promise<PageView> {
  const { t, means } = desk
  const tab = spec.tabs?.find(({ value }) => value === asked.query.status) ?? spec.tabs?.[0]
  const filters = Object.entries(spec.filters ?? {}).filter(([name]) => asked.query[name])
  const where = [
    ...spec.listing.where,
    ...(tab?.where ? [tab.where] : []),
    ...filters.map(([name, by]) => {
      const value = asked.query[name]!
      return typeof by === 'function' ? by(value) : sql`${by} = ${value}`
    }),
    ...(spec.searchIn && asked.query.q ? [holds(spec.searchIn, asked.query.q)] : []),
  ]
  const { rows, pager } = await readList<R>(means.db, { ...spec.listing, where }, asked)
  const title = t(`${wordsOf(spec)}.title`)
  return {
    head: {
      title,
      ...(spec.actions ? { actions: spec.actions } : {}),
      ...(spec.above ? { crumbs: [spec.above, { label: title }] } : {}),
    },
    main: [
      ...(spec.before ?? []),
      {
        kind: 'list',
        id: spec.noun,
        label: title,
        ...tabsOf(spec, asked, tab),
        ...searchOf(desk, spec, asked),
        chips: filters.map(([name]) => ({
          label: t('admin.filter.by', { name: t(`admin.label.${name}`), value: asked.query[name]! }),
          removeHref: url(asked.url, { [name]: null, after: null, before: null }),
        })),
        columns: spec.columns,
        rows: rows.map(spec.row),
        pager,
        empty: emptyOf(desk, spec, asked),
      },
    ],
  }
}

function tabsOf<R extends { id: string }>(spec: ListSpec<R>, asked: Asked, active?: Tab): Pick<List, 'tabs'> {
  if (!spec.tabs) return {}
  const kept = Object.fromEntries(
    Object.keys(spec.filters ?? {}).map((name) => [name, asked.query[name] ?? null]),
  )
  return {
    tabs: spec.tabs.map((tab, i) => ({
      label: tab.label,
      href: url(spec.path, { status: i === 0 ? null : tab.value, ...kept }),
      active: tab === active,
      ...(tab.count === undefined ? {} : { count: tab.count }),
    })),
  }
}

function searchOf<R extends { id: string }>(
  desk: Desk,
  spec: ListSpec<R>,
  asked: Asked,
): Pick<List, 'search'> {
  if (!spec.searchIn) return {}
  const names = ['status', ...Object.keys(spec.filters ?? {})]
  return {
    search: {
      action: spec.path,
      value: asked.query.q ?? '',
      placeholder: desk.t(`${wordsOf(spec)}.search`),
      keep: names.flatMap((name) => (asked.query[name] ? [[name, asked.query[name]] as const] : [])),
    },
  }
}

/** Nothing yet and nothing found are two things. */
function emptyOf<R extends { id: string }>(desk: Desk, spec: ListSpec<R>, asked: Asked): Empty {
  const { t } = desk
  if (asked.query.q)
    return {
      icon: 'search',
      title: t('common.list.nothing_found'),
      text: t('common.list.nothing_found_text', { filter: asked.query.q }),
      action: { label: t('common.list.filters_clear'), href: spec.path },
    }
  return {
    icon: spec.icon ?? 'folder',
    title: t(`${wordsOf(spec)}.none`),
    text: t(`${wordsOf(spec)}.none_text`),
    ...(spec.emptyAction ? { action: spec.emptyAction } : {}),
  }
}

const wordsOf = ({ words, noun }: { words?: string; noun: string }): string => words ?? `admin.${noun}`
