import { getGiftCard, type GiftCardRow } from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { inMoney, type Block, type Button, type Cell, type DangerView, type PageView } from '../blocks.ts'
import { clientLink, filled, formParts, labeller, moneyText, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { dangerParts } from './invoice-forms.ts'
import { listPage } from './list-page.ts'

const nameOf = (card: Pick<GiftCardRow, 'code_end'>): string => `…${card.code_end}`

function stateOf({ t }: Desk, { status, balance_minor: left }: GiftCardRow): Cell {
  const state = status === 'active' && left === 0n ? 'spent' : status
  return { state, label: t(`offers.gift_card.status.${state}`), tone: state === 'active' ? 'good' : 'off' }
}

export async function giftCardList(desk: Desk, asked: Asked): Promise<PageView> {
  const l = labeller(desk)
  const { t } = desk
  const own = scoped(desk.actor, { table: 'g', client: null })
  const action = { label: t('offers.gift_card.new'), href: '/admin/gift-cards/new' }
  const tab = (value: string, where: ReturnType<typeof sql>) => ({
    ...{ value, label: t(`offers.gift_card.status.${value}`), where },
  })
  return listPage<GiftCardRow>(desk, asked, {
    ...{ noun: 'gift-cards', words: 'offers.gift_card', path: '/admin/gift-cards', icon: 'credit-card' },
    listing: { columns: sql`g.*`, from: sql`from gift_cards g`, where: [own], key: sql`g.id` },
    searchIn: [sql`g.code_end`, sql`g.note`],
    tabs: [
      { value: 'all', label: t('admin.tab.all') },
      tab('active', sql`g.status = 'active' and g.balance_minor > 0`),
      tab('spent', sql`g.status = 'active' and g.balance_minor = 0`),
      tab('expired', sql`g.status = 'expired'`),
      tab('void', sql`g.status = 'void'`),
    ],
    actions: allowed(desk, 'gift_card.issue') ? [{ ...action, kind: 'primary', icon: 'plus' }] : [],
    emptyAction: action,
    columns: [
      { label: t('offers.gift_card.code'), phone: 'title' },
      { label: l('worth'), align: 'end', phone: 'hide' },
      { label: t('offers.gift_card.left'), align: 'end' },
      { label: t('offers.gift_card.origin_label'), phone: 'hide' },
      { label: t('offers.gift_card.expires_on') },
      { label: l('state'), phone: 'side' },
    ],
    before: [await owedFacts(desk)],
    row: (row) => ({
      ...{ id: `row-${row.id}`, href: `/admin/gift-cards/${row.id}`, label: nameOf(row) },
      cells: [
        nameOf(row),
        inMoney(row.initial_minor, row.currency),
        inMoney(row.balance_minor, row.currency),
        t(`offers.gift_card.origin.${row.origin}`),
        { day: row.expires_on },
        stateOf(desk, row),
      ],
    }),
  })
}

/** What is still on cards, by currency: the ledger owes the same. */
async function owedFacts({ means, actor, t }: Desk): Promise<Block> {
  const rows = await means.db.all<{ currency: string; left_minor: bigint }>(sql`
    select g.currency, sum(g.balance_minor) as left_minor from gift_cards g
    where ${scoped(actor, { table: 'g', client: null })} group by g.currency order by g.currency`)
  return {
    ...{ kind: 'stats', id: 'gift-cards-owed' },
    items: rows.map(({ currency, left_minor }) => ({
      label: t('offers.gift_card.owed'),
      value: inMoney(left_minor, currency),
      icon: 'credit-card',
      href: '/admin/ledger',
    })),
  }
}

interface Movement {
  id: string
  kind: string
  amount_minor: bigint
  client_id: string | null
  client: string | null
  moved_at: Instant
}

export async function giftCardPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const card = await getGiftCard(means.db, actor, asked.params.id!)
  const movements = await means.db.all<Movement>(sql`
    select m.id, m.kind, m.amount_minor, m.client_id, coalesce(c.company, c.name) as client, m.moved_at
    from gift_card_movements m left join clients c on c.id = m.client_id where m.gift_card_id = ${card.id} order by m.id desc limit 100`)
  return {
    head: {
      title: t('offers.gift_card.one', { end: card.code_end }),
      crumbs: [{ label: t('offers.gift_card.title'), href: '/admin/gift-cards' }, { label: nameOf(card) }],
      status: [stateOf(desk, card)],
      actions: actionsOf(desk, card),
    },
    main: [
      movementsTable(desk, card, movements),
      await auditTimeline(desk, { subject: card.id, id: 'gift-card-history' }),
    ],
    aside: [factsOf(desk, card)],
  }
}

function actionsOf(desk: Desk, card: GiftCardRow): Button[] {
  const { t } = desk
  const at = `/admin/gift-cards/${card.id}`
  const isOpen = card.status === 'active' && card.balance_minor > 0n
  const buttons: [boolean, string, Button][] = [
    [
      isOpen,
      'gift_card.replace_code',
      { label: t('offers.gift_card.replace'), post: `${at}/code`, icon: 'refresh' },
    ],
    [
      card.status === 'active' && card.origin === 'issued',
      'gift_card.void',
      { label: t('offers.gift_card.void'), href: `${at}/void`, icon: 'ban' },
    ],
  ]
  return buttons.filter(([fits, right]) => fits && allowed(desk, right)).map(([, , button]) => button)
}

function movementsTable(desk: Desk, card: GiftCardRow, movements: readonly Movement[]): Block {
  const l = labeller(desk)
  const { t } = desk
  return {
    ...{ kind: 'table', id: 'gift-card-movements', title: t('offers.gift_card.movements') },
    columns: [
      { label: l('kind'), phone: 'title' },
      { label: l('client') },
      { label: l('at') },
      { label: l('amount'), align: 'end', phone: 'side' },
    ],
    rows: movements.map((one) => ({
      ...{ id: `row-${one.id}`, label: one.kind },
      cells: [
        t(`offers.gift_card.move.${one.kind}`),
        clientLink(one.client_id, one.client),
        { at: one.moved_at },
        inMoney(one.amount_minor, card.currency),
      ],
    })),
    empty: { title: t('common.list.nothing_found') },
  }
}

function factsOf(desk: Desk, card: GiftCardRow): Block {
  const l = labeller(desk)
  const { t } = desk
  const invoice: Cell = card.invoice_id && { href: `/admin/invoices/${card.invoice_id}`, text: l('invoice') }
  return {
    ...{ kind: 'facts', id: 'gift-card-facts' },
    items: [
      { label: t('offers.gift_card.left'), value: inMoney(card.balance_minor, card.currency) },
      { label: l('worth'), value: inMoney(card.initial_minor, card.currency) },
      { label: t('offers.gift_card.expires_on'), value: { day: card.expires_on, relative: true } },
      { label: t('offers.gift_card.origin_label'), value: t(`offers.gift_card.origin.${card.origin}`) },
      ...(invoice ? [{ label: l('invoice'), value: invoice }] : []),
      { label: l('note'), value: card.note },
      { label: l('id'), value: { copy: card.id, label: l('id') } },
    ],
  }
}

/** Shown once: nobody can read the code again. */
export function codeOnce({ t }: Desk, card: { id: string; code: string }): PageView {
  const title = t('offers.gift_card.issued')
  return {
    head: {
      title,
      crumbs: [{ label: t('offers.gift_card.title'), href: '/admin/gift-cards' }, { label: title }],
    },
    main: [
      { kind: 'notice', id: 'gift-card-once', tone: 'warn', text: t('offers.gift_card.once') },
      {
        ...{ kind: 'facts', id: 'gift-card-code' },
        items: [
          {
            label: t('offers.gift_card.code'),
            value: { copy: card.code, label: t('offers.gift_card.code') },
          },
        ],
        actions: [{ label: t('offers.gift_card.to_card'), href: `/admin/gift-cards/${card.id}` }],
      },
    ],
  }
}

export async function newGiftCard(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const l = labeller(desk)
  const brands = await means.db.all<{ id: string; name: string; currency: string }>(
    sql`select id, name, currency from brands b where ${scoped(actor, { table: 'b', client: null, brand: 'id' })} order by id`,
  )
  const title = t('offers.gift_card.new')
  return {
    head: {
      ...{ title, text: t('offers.gift_card.new_text') },
      crumbs: [{ label: t('offers.gift_card.title'), href: '/admin/gift-cards' }, { label: title }],
    },
    main: [
      {
        ...{ kind: 'form', id: 'gift-card-form', action: '/admin/gift-cards' },
        fields: [
          {
            ...filled(asked, 'brand_id', brands[0]?.id),
            ...{ kind: 'select', label: l('brand') },
            options: brands.map(({ id, name }) => ({ value: id, label: name })),
          },
          { ...filled(asked, 'amount'), kind: 'money', label: l('amount') },
          { ...filled(asked, 'currency', brands[0]?.currency), label: l('currency') },
          {
            ...filled(asked, 'expires_on'),
            ...{ kind: 'date', required: false, label: t('offers.gift_card.expires_on') },
            hint: t('offers.gift_card.expires_hint'),
          },
          { ...filled(asked, 'note'), required: false, label: l('note') },
          {
            ...filled(asked, 'email'),
            ...{ kind: 'email', required: false, label: l('email'), hint: t('offers.gift_card.email_hint') },
          },
        ],
        submit: { label: t('offers.gift_card.issue') },
        cancelHref: '/admin/gift-cards',
        ...formParts(desk, asked),
      },
    ],
  }
}

export async function voidCardPage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { t } = desk
  const card = await getGiftCard(desk.means.db, desk.actor, asked.params.id!)
  const sum = moneyText(desk, card.balance_minor, card.currency)
  return {
    title: t('offers.gift_card.void_title', { end: card.code_end }),
    crumbs: [{ label: t('offers.gift_card.title'), href: '/admin/gift-cards' }, { label: nameOf(card) }],
    action: `/admin/gift-cards/${card.id}/void`,
    label: t('offers.gift_card.void'),
    cancelHref: `/admin/gift-cards/${card.id}`,
    acts: [
      { text: t('offers.gift_card.void_money', { sum }), icon: 'book' },
      { text: t('offers.gift_card.void_final'), final: true },
    ],
    ...dangerParts(desk, asked),
  }
}
