import { sql } from '../../../db/index.ts'
import { isId, prefixes, type Prefix } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import type { Block, PageView } from '../blocks.ts'
import type { Asked, Desk } from '../desk.ts'
import { holds } from '../read-list.ts'
import { allowed } from './clients.ts'

const PLACES: Partial<Record<Prefix, string>> = {
  cli: 'clients',
  svc: 'services',
  inv: 'invoices',
  pay: 'payments',
  ord: 'orders',
  dlv: 'deliveries',
  srv: 'servers',
  prd: 'catalog/products',
  grp: 'catalog/groups',
  cpn: 'coupons',
  dsp: 'disputes',
  pyo: 'payouts',
  agr: 'agreements',
  msg: 'messages',
  evt: 'events',
  whe: 'webhook-events',
  jrn: 'ledger/journals',
}

/** Where the record of an id stands; null for what is no id of a page. */
export function placeOfId(text: string): string | null {
  const prefix = text.slice(0, 3) as Prefix
  const place = prefix in prefixes && isId(prefix, text) ? PLACES[prefix] : undefined
  return place ? `/admin/${place}/${text}` : null
}

interface Found {
  kind: string
  id: string
  title: string
  detail: string | null
}

const SHOWN = 10

/** An id is one record; anything else is looked for in numbers, names and e-mail addresses: one statement. */
export async function searchPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const q = (asked.query.q ?? '').trim().slice(0, 100)
  const place = placeOfId(q)
  const found = q.length < 2 ? [] : await find(desk, q)
  const kinds = [...new Set(found.map(({ kind }) => kind))]
  return {
    head: { title: t('admin.search.title'), ...(q ? { text: t('admin.search.reading', { q }) } : {}) },
    main: [
      {
        kind: 'form',
        id: 'search-form',
        method: 'get',
        action: '/admin/search',
        inline: true,
        keys: {},
        fields: [{ kind: 'search', name: 'q', label: t('admin.search.field'), value: q }],
        submit: { label: t('admin.search.go') },
      },
      ...(place
        ? [
            {
              kind: 'notice',
              id: 'search-id',
              tone: 'info',
              text: q,
              action: { label: t('admin.search.open'), href: place },
            } as const,
          ]
        : []),
      ...kinds.map((kind) => group(desk, kind, found)),
      ...(q && found.length === 0 && !place
        ? [
            {
              kind: 'notice',
              id: 'search-none',
              tone: 'neutral',
              text: t('admin.search.none', { q }),
            } as const,
          ]
        : []),
    ],
  }
}

function group(desk: Desk, kind: string, found: readonly Found[]): Block {
  const { t } = desk
  return {
    kind: 'table',
    id: `search-${kind}`,
    title: t(`admin.${kind}.title`),
    columns: [{ label: t('admin.label.name'), phone: 'title' }, { label: t('admin.label.detail') }],
    rows: found
      .filter((row) => row.kind === kind)
      .map((row) => ({
        id: `found-${row.id}`,
        href: `/admin/${kind}/${row.id}`,
        label: row.title,
        cells: [row.title, row.detail],
      })),
    empty: { title: '' },
  }
}

function find(desk: Desk, q: string): Promise<Found[]> {
  const { means, actor } = desk
  const parts = [
    allowed(desk, 'client.list') &&
      sql`select * from (select 'clients' as kind, c.id, coalesce(c.company, c.name) as title, c.email as detail from clients c
        where ${scoped(actor, { table: 'c', client: 'id' })} and (${holds([sql`c.search_text`], q)} or c.id = ${q}) order by c.id desc limit ${SHOWN}) a`,
    allowed(desk, 'invoice.list') &&
      sql`select * from (select 'invoices' as kind, i.id, i.number as title, i.status as detail from invoices i
        where ${scoped(actor, { table: 'i' })} and (${holds([sql`i.number`], q)} or i.id = ${q}) order by i.id desc limit ${SHOWN}) b`,
    allowed(desk, 'service.list') &&
      sql`select * from (select 'services' as kind, s.id, s.label as title, s.remote_id as detail from services s
        where ${scoped(actor, { table: 's' })} and (${holds([sql`s.label`, sql`s.remote_id`], q)} or s.id = ${q}) order by s.id desc limit ${SHOWN}) d`,
    allowed(desk, 'order.list') &&
      sql`select * from (select 'orders' as kind, o.id, o.number as title, o.status as detail from orders o
        where ${scoped(actor, { table: 'o' })} and (${holds([sql`o.number`], q)} or o.id = ${q}) order by o.id desc limit ${SHOWN}) e`,
    allowed(desk, 'payment.list') &&
      sql`select * from (select 'payments' as kind, p.id, coalesce(p.reference, p.id) as title, p.status as detail from payments p
        where ${scoped(actor, { table: 'p' })} and (${holds([sql`p.reference`], q)} or p.id = ${q}) order by p.id desc limit ${SHOWN}) f`,
  ].filter((part) => part !== false)
  if (parts.length === 0) return Promise.resolve([])
  return means.db.all<Found>(parts.reduce((a, b) => sql`${a} union all ${b}`))
}
