import { madeOnce } from '../../db/index.ts'
import type { Translate } from '../../i18n/index.ts'
import { covers } from '../../kernel/index.ts'
import type { Area, NavEntry } from '../../render/index.ts'
import type { Ctx } from '../context.ts'

/** Navigation is data. `right` leaves an entry out for those who could do nothing there. */
export interface NavItem {
  /** Message "nav.<area>.<key>". */
  key: string
  href: string
  icon: string
  right?: string
  /** Message "nav.group.<group>" (admin). */
  group?: string
  /** Keys that open it: "g i" (admin). */
  keys?: string
  /** Further addresses that belong to it. */
  also?: readonly string[]
  /** The pages that stand behind the entry, as tabs above each of them; `href` is the first. */
  tabs?: readonly NavTab[]
}

export interface NavTab {
  /** Message "nav.<area>.<key>". */
  key: string
  href: string
  right: string
}

export const portalNav: readonly NavItem[] = [
  { key: 'home', href: '/portal', icon: 'home' },
  { key: 'services', href: '/portal/services', icon: 'server-2', right: 'service.read' },
  { key: 'invoices', href: '/portal/invoices', icon: 'file-invoice', right: 'invoice.read' },
  { key: 'orders', href: '/portal/orders', icon: 'shopping-bag', right: 'order.read' },
  {
    key: 'payment_methods',
    href: '/portal/payment-methods',
    icon: 'credit-card',
    right: 'payment_method.read',
  },
  { key: 'account', href: '/portal/account', icon: 'user-circle' },
]

export const adminNav: readonly NavItem[] = [
  { key: 'board', href: '/admin', icon: 'dashboard', keys: 'g d' },
  {
    key: 'clients',
    href: '/admin/clients',
    icon: 'users',
    group: 'sales',
    right: 'client.list',
    keys: 'g c',
    tabs: [
      { key: 'clients', href: '/admin/clients', right: 'client.list' },
      { key: 'users', href: '/admin/users', right: 'user.list' },
      { key: 'client_groups', href: '/admin/client-groups', right: 'client_group.list' },
    ],
  },
  {
    key: 'orders',
    href: '/admin/orders',
    icon: 'shopping-bag',
    group: 'sales',
    right: 'order.list',
    keys: 'g o',
    tabs: [
      { key: 'orders', href: '/admin/orders', right: 'order.list' },
      { key: 'carts', href: '/admin/carts', right: 'cart.list' },
    ],
  },
  { key: 'quotes', href: '/admin/quotes', icon: 'file-text', group: 'sales', right: 'quote.list' },
  {
    key: 'services',
    href: '/admin/services',
    icon: 'server-2',
    group: 'delivery',
    right: 'service.list',
    keys: 'g s',
    tabs: [
      { key: 'services', href: '/admin/services', right: 'service.list' },
      { key: 'cancel_reasons', href: '/admin/cancel-reasons', right: 'cancel_reason.list' },
    ],
  },
  {
    key: 'deliveries',
    href: '/admin/deliveries',
    icon: 'truck-delivery',
    group: 'delivery',
    right: 'delivery.list',
  },
  {
    key: 'servers',
    href: '/admin/servers',
    icon: 'database',
    group: 'delivery',
    right: 'server.list',
    also: ['/admin/server-groups'],
  },
  {
    key: 'invoices',
    href: '/admin/invoices',
    icon: 'file-invoice',
    group: 'billing',
    right: 'invoice.list',
    keys: 'g i',
    tabs: [
      { key: 'invoices', href: '/admin/invoices', right: 'invoice.list' },
      { key: 'billables', href: '/admin/billables', right: 'billable_item.list' },
      { key: 'letters', href: '/admin/letters', right: 'letter.list' },
      { key: 'document_texts', href: '/admin/document-texts', right: 'document_text.list' },
      { key: 'number_series', href: '/admin/number-series', right: 'number_series.list' },
    ],
  },
  {
    key: 'payments',
    href: '/admin/payments',
    icon: 'credit-card',
    group: 'billing',
    right: 'payment.list',
    also: [
      '/admin/transactions',
      '/admin/disputes',
      '/admin/webhook-events',
      '/admin/dunning',
      '/admin/credit-grants',
      '/admin/gateways',
      '/admin/bank-lines',
      '/admin/bank-accounts',
      '/admin/payouts',
      '/admin/agreements',
    ],
  },
  {
    ...{ key: 'billing_run', href: '/admin/billing', icon: 'refresh', group: 'billing' },
    right: 'billing.run',
  },
  {
    key: 'ledger',
    href: '/admin/ledger',
    icon: 'book',
    group: 'billing',
    right: 'ledger.read',
    tabs: [
      { key: 'ledger', href: '/admin/ledger', right: 'ledger.read' },
      { key: 'reconciler', href: '/admin/reconciler', right: 'discrepancy.list' },
    ],
  },
  { key: 'reports', href: '/admin/reports', icon: 'chart-bar', group: 'billing', right: 'report.read' },
  { key: 'tax', href: '/admin/tax', icon: 'receipt-tax', group: 'billing', right: 'tax_rule.list' },
  { key: 'catalog', href: '/admin/catalog', icon: 'package', group: 'shop', right: 'product.list' },
  {
    key: 'prices',
    href: '/admin/price-lists',
    icon: 'tags',
    group: 'shop',
    right: 'price_list.list',
    also: ['/admin/simulator'],
    tabs: [
      { key: 'price_lists', href: '/admin/price-lists', right: 'price_list.list' },
      { key: 'price_campaigns', href: '/admin/price-campaigns', right: 'price_campaign.list' },
      { key: 'exchange_rates', href: '/admin/exchange-rates', right: 'exchange_rate.list' },
    ],
  },
  {
    key: 'offers',
    href: '/admin/coupons',
    icon: 'ticket',
    group: 'shop',
    right: 'coupon.list',
    tabs: [
      { key: 'coupons', href: '/admin/coupons', right: 'coupon.list' },
      { key: 'bundles', href: '/admin/bundles', right: 'bundle.list' },
      { key: 'gifts', href: '/admin/gifts', right: 'product_gift.list' },
      { key: 'gift_cards', href: '/admin/gift-cards', right: 'gift_card.list' },
    ],
  },
  {
    key: 'settings',
    href: '/admin/settings',
    icon: 'settings',
    group: 'system',
    right: 'setting.read',
    also: ['/admin/brands', '/admin/sellers'],
  },
  {
    key: 'plugins',
    href: '/admin/plugins',
    icon: 'puzzle',
    group: 'system',
    right: 'plugin.list',
    keys: 'g p',
    tabs: [
      { key: 'plugins', href: '/admin/plugins', right: 'plugin.list' },
      { key: 'plugin_requests', href: '/admin/plugin-requests', right: 'plugin_request.list' },
    ],
  },
  {
    key: 'staff',
    href: '/admin/staff',
    icon: 'user-check',
    group: 'system',
    right: 'staff.list',
    also: ['/admin/roles'],
  },
  { key: 'automation', href: '/admin/jobs', icon: 'clock', group: 'system', right: 'job.list' },
  { key: 'events', href: '/admin/events', icon: 'bolt', group: 'system', right: 'event.list' },
  {
    key: 'messages',
    href: '/admin/messages',
    icon: 'mail',
    group: 'system',
    right: 'message.list',
    tabs: [
      { key: 'messages', href: '/admin/messages', right: 'message.list' },
      { key: 'notices', href: '/admin/notices', right: 'notice_rule.list' },
    ],
  },
  { key: 'audit', href: '/admin/audit', icon: 'history', group: 'system', right: 'audit.list' },
  { key: 'health', href: '/admin/health', icon: 'heartbeat', group: 'system', right: 'health.read' },
  {
    key: 'first_steps',
    href: '/admin/first-steps',
    icon: 'list-check',
    group: 'system',
    right: 'first_step.leave',
  },
]

const NAVIGATION: Partial<Record<Area, readonly NavItem[]>> = { portal: portalNav, admin: adminNav }

export function navigation(ctx: Ctx, area: Area): readonly NavEntry[] {
  const { actor, t } = ctx.state
  const held = [...actor.permissions, ...actor.grants.flatMap(({ rights }) => rights)]
  const made = entriesFor({ area, held }, t)
  let drawn = made.byPath.get(ctx.path)
  if (!drawn) {
    drawn = entriesAt(made, ctx.path, area)
    if (made.byPath.size >= MADE_MAX) made.byPath.clear()
    made.byPath.set(ctx.path, drawn)
  }
  return drawn
}

/** The entry that reaches furthest towards the path is the active one. */
function entriesAt({ items, byActive }: Made, path: string, area: Area): readonly NavEntry[] {
  let best: MadeEntry | undefined
  for (const item of items) {
    const leads = item.reaches.some((href) => isBelow(path, href, area))
    if (leads && item.entry.href.length > (best?.entry.href.length ?? 0)) best = item
  }
  let drawn = byActive.get(best)
  if (!drawn) {
    drawn = Object.freeze(items.map((item) => (item === best ? { ...item.entry, active: true } : item.entry)))
    byActive.set(best, drawn)
  }
  return drawn
}

interface MadeEntry {
  entry: NavEntry
  /** Addresses below which the entry is the active one. */
  reaches: readonly string[]
}

interface Made {
  items: readonly MadeEntry[]
  byActive: Map<MadeEntry | undefined, readonly NavEntry[]>
  byPath: Map<string, readonly NavEntry[]>
}

interface Reader {
  area: Area
  held: readonly string[]
}

/** Readers of one language with the same rights have the same entries: they are made once. */
function entriesFor(reader: Reader, t: Translate): Made {
  let known = entriesMade.get(t)
  if (!known) entriesMade.set(t, (known = new Map()))
  const key = `${reader.area} ${reader.held.join(' ')}`
  let made = known.get(key)
  if (!made) {
    made = { items: makeEntries(reader, t), byActive: new Map(), byPath: new Map() }
    if (known.size >= MADE_MAX) known.clear()
    known.set(key, made)
  }
  return made
}

const entriesMade = new WeakMap<Translate, Map<string, Made>>()
const MADE_MAX = 200

function makeEntries({ area, held }: Reader, t: Translate): MadeEntry[] {
  return (NAVIGATION[area] ?? []).flatMap((item) => {
    const tabs = (item.tabs ?? []).filter(({ right }) => mayReach(held, right))
    const href = item.tabs ? tabs[0]?.href : item.href
    if (href === undefined || (!item.tabs && item.right && !mayReach(held, item.right))) return []
    return [
      {
        entry: {
          ...{ label: t(`nav.${area}.${item.key}`), href, icon: item.icon },
          ...(item.group ? { group: t(`nav.group.${item.group}`) } : {}),
          ...(item.keys ? { key: item.keys } : {}),
        },
        reaches: [item.href, ...(item.tabs ?? []).map((tab) => tab.href), ...(item.also ?? [])],
      },
    ]
  })
}

/** The pages that share an entry of the menu, above each of them; none where the reader may open but this one. */
export function entryTabs({ path, state }: Ctx): Readonly<EntryTabs> | null {
  const item = itemsOfTabs.get(path)
  return item ? tabsOf({ permissions: state.actor.permissions, item, path, t: state.t }) : null
}

const itemsOfTabs = new Map(
  adminNav.flatMap((item) => (item.tabs ?? []).map(({ href }) => [href, item] as const)),
)

interface EntryTabs {
  label: string
  tabs: NavTabLink[]
}

interface TabsWish {
  permissions: readonly string[]
  item: NavItem
  path: string
  t: Translate
}

const tabsOf = madeOnce(({ permissions, item, path, t }: TabsWish): EntryTabs | null => {
  const open = (item.tabs ?? []).filter(({ right }) => covers(permissions, right))
  if (open.length < 2) return null
  return {
    label: t(`nav.admin.${item.key}`),
    tabs: open.map(({ key, href }) => ({ label: t(`nav.admin.${key}`), href, active: href === path })),
  }
})

type NavTabLink = Record<'label' | 'href', string> & { active: boolean }

/** The start page of an area holds only itself: everything else lies below its address. */
const isBelow = (path: string, href: string, area: Area): boolean =>
  path === href || (href !== `/${area}` && path.startsWith(`${href}/`))

/** Whoever may do anything with the noun finds its pages. */
function mayReach(held: readonly string[], right: string): boolean {
  const noun = `${right.split('.')[0]!}.`
  return covers(held, right) || held.some((pattern) => pattern.startsWith(noun))
}
