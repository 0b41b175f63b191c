import { name, sql, type Row } from '../../../core/db/index.ts'
import type { Prefix } from '../../../core/kernel/index.ts'
import type { TestMeans } from '../../support/means.ts'
import type { FirstRows } from './first-rows.ts'

/** A row of which there shall be many: where the first one is, and what differs in its copies. */
interface Many {
  table: string
  first: Readonly<Record<string, string>>
  /** Values of the copy with this number, from 1 on. `id` makes one and answers the same for the same number. */
  differs: (n: number, id: IdOf) => Row
}

/** Id of the n-th copy of a kind, the same whenever it is asked for; `of` tells two kinds of copies of one table apart. */
type IdOf = (prefix: Prefix, of?: string) => string

/** Brings every kind of row from `from` to `to`, by copies of the first one. */
export async function growRows(
  means: TestMeans,
  rows: FirstRows,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const ids = new Map<string, string>()
  for (const { table, first, differs } of manyOf(rows)) {
    const conditions = Object.entries(first).map(([column, value]) => sql`${name(column)} = ${value}`)
    const where = conditions.reduce((a, b) => sql`${a} and ${b}`)
    const row = await means.db.get(sql`select * from ${name(table)} where ${where} limit 1`)
    if (!row) throw new Error(`There is no first row of ${table}.`)
    const copies = Array.from({ length: to - from }, (_, i) => {
      const n = from + i
      const id: IdOf = (prefix, of = '') => {
        const key = `${prefix} ${of} ${n}`
        if (!ids.has(key)) ids.set(key, means.newId(prefix))
        return ids.get(key)!
      }
      return { ...row, ...differs(n, id) }
    })
    await means.db.insert(table, copies)
  }
}

/** In the order in which rows may point to each other. */
const manyOf = (rows: FirstRows): readonly Many[] => [
  ...peopleOf(rows),
  ...shopOf(rows),
  ...pluginsOf(rows),
  ...servicesOf(rows),
  ...invoicesOf(rows),
  ...moneyOf(rows),
  ...creditOf(rows),
  ...ordersOf(rows),
  ...deskOf(rows),
  ...documentsOf(rows),
]

const own = (table: string, id: string, prefix: Prefix, more: (n: number) => Row = () => ({})): Many => ({
  table,
  first: { id },
  differs: (n, id) => ({ id: id(prefix), ...more(n) }),
})

/** Rows without a record of their own on a page: a copy only needs an id. */
const under = (
  table: string,
  first: Readonly<Record<string, string>>,
  prefix: Prefix,
  more: (n: number) => Row = () => ({}),
): Many => ({ table, first, differs: (n, id) => ({ id: id(prefix), ...more(n) }) })

const documentsOf = (rows: FirstRows): Many[] => [
  own('billable_items', rows.billable, 'bli', (n) => ({ name: `Item ${n}` })),
  {
    table: 'billable_lines',
    first: { item_id: rows.billable },
    differs: (n) => ({ position: n + 1, description: `Care ${n}` }),
  },
  own('document_texts', rows.documentText, 'dtx', (n) => ({ name: `Text ${n}` })),
  {
    table: 'letters',
    first: { id: rows.letter },
    differs: (_, id) => ({ id: id('let'), invoice_id: id('inv') }),
  },
  {
    table: 'plugin_requests',
    first: { id: rows.pluginRequest },
    differs: (n, id) => ({ id: id('prq'), reference: `r${n}`, body: `{"description":"Migration ${n}"}` }),
  },
  under('invoice_links', { id: rows.invoiceLink }, 'lnk', (n) => ({ token_hash: `link-${n}` })),
]

const peopleOf = (rows: FirstRows): Many[] => [
  own('clients', rows.client, 'cli', (n) => ({
    name: `Client ${n}`,
    company: null,
    email: `c${n}@client.example`,
    tax_id: `X${n}`,
  })),
  own('tax_exemptions', rows.exemption, 'txe', (n) => ({ number: `X-${n}` })),
  under('users', { id: rows.user }, 'usr', (n) => ({
    email: `u${n}@user.example`,
    email_key: `u${n}@user.example`,
  })),
  {
    table: 'memberships',
    first: { user_id: rows.user },
    differs: (_, id) => ({ id: id('mem'), user_id: id('usr'), owner: 0 }),
  },
  {
    table: 'memberships',
    first: { user_id: rows.keeper },
    differs: (_, id) => ({ id: id('mem', 'keeper'), client_id: id('cli') }),
  },
  own('roles', rows.role, 'rol', (n) => ({ name: `Role ${n}` })),
  {
    table: 'staff',
    first: { id: rows.staff },
    differs: (_, id) => ({ id: id('stf'), user_id: id('usr'), role_id: id('rol') }),
  },
  under('contacts', { client_id: rows.client }, 'cnt'),
  under('membership_invites', { client_id: rows.client }, 'mei', (n) => ({
    ...{ email: `i${n}@quay.example`, email_key: `i${n}@quay.example`, token_hash: `invite ${n}` },
  })),
  under('client_notes', { client_id: rows.client }, 'nte'),
  under('sessions', { user_id: rows.user }, 'ses', (n) => ({ token_hash: `session ${n}` })),
  under('sign_ins', { user_id: rows.user }, 'sgn'),
  {
    table: 'clients',
    first: { id: rows.otherClient },
    differs: (n, id) => ({ id: id('cli', 'parked'), email: `p${n}@client.example` }),
  },
  {
    table: 'parked_clients',
    first: { client_id: rows.otherClient },
    differs: (_, id) => ({ client_id: id('cli', 'parked') }),
  },
]

const shopOf = (rows: FirstRows): Many[] => [
  own('product_groups', rows.group, 'grp', (n) => ({
    slug: `group-${n}`,
    name: `Group ${n}`,
    parent_id: n % 2 ? rows.group : null,
  })),
  own('exchange_rates', rows.rate, 'fxr', (n) => ({
    valid_on: `1999-${String(1 + (n % 12)).padStart(2, '0')}-${String(10 + (n % 19))}`,
    rate: `1.${n}`,
  })),
  own('price_campaigns', rows.campaign, 'pcp', (n) => ({ name: `Change ${n}` })),
  own('cancel_reasons', rows.cancelReason, 'cnr', (n) => ({ name: `Reason ${n}` })),
  own('price_lists', rows.priceList, 'plt', (n) => ({ name: `List ${n}` })),
  own('client_groups', rows.clientGroup, 'cgr', (n) => ({ name: `Clients ${n}` })),
  own('products', rows.product, 'prd', (n) => ({ slug: `product-${n}`, name: `Product ${n}` })),
  {
    table: 'prices',
    first: { owner_id: rows.product, cycle: '1m', currency: 'EUR' },
    differs: (_, id) => ({ id: id('prc'), owner_id: id('prd') }),
  },
  {
    // Versions of the product's own price that came later than its first.
    table: 'prices',
    first: { owner_id: rows.product, cycle: '1m', currency: 'EUR' },
    differs: (n, id) => ({ id: id('prc', 'older'), valid_from: day(n) }),
  },
  under('options', { product_id: rows.product, option_key: 'backup' }, 'opt', (n) => ({
    option_key: `o${n}`,
    name: `Option ${n}`,
  })),
  under('option_values', { option_id: rows.option, value_key: 'nyc' }, 'opv', (n) => ({
    value_key: `v${n}`,
    label: `Place ${n}`,
  })),
  under('order_fields', { product_id: rows.product, kind: 'text' }, 'fld', (n) => ({
    field_key: `f${n}`,
    label: `Field ${n}`,
    required: 0,
  })),
  {
    table: 'product_addons',
    first: { product_id: rows.product },
    differs: (_, id) => ({ addon_id: id('prd') }),
  },
  under('gift_card_movements', { gift_card_id: rows.giftCard }, 'gcm'),
  own('gift_cards', rows.giftCard, 'gft', (n) => ({ code_hash: `hash-${n}` })),
  own('bundles', rows.bundle, 'bun', (n) => ({ slug: `start-${n}` })),
  {
    table: 'product_gifts',
    first: { id: rows.gift },
    differs: (_, id) => ({ id: id('giv'), given_id: id('prd') }),
  },
  own('quotes', rows.quote, 'quo', (n) => ({ number: `QUO-${n}` })),
  own('coupons', rows.coupon, 'cpn', (n) => ({ code: `CODE${n}` })),
  under('tax_rules', { seller_id: rows.seller }, 'tax', (n) => ({ country: country(n) })),
  under('cart_items', { cart_id: rows.cart }, 'cti'),
  own('carts', rows.cart, 'crt', (n) => ({ token_hash: `cart-${n}`, user_id: null })),
  {
    table: 'cart_items',
    first: { cart_id: rows.cart },
    differs: (_, id) => ({ id: id('cti', 'left'), cart_id: id('crt') }),
  },
  {
    table: 'cart_reminders',
    first: { cart_id: rows.cart },
    differs: (n, id) => ({
      ...{ id: id('crm'), cart_id: id('crt'), token_hash: `left-${n}`, stop_hash: `stop-${n}` },
    }),
  },
]

const pluginsOf = (rows: FirstRows): Many[] => [
  { table: 'plugins', first: { id: rows.plugin }, differs: (n) => ({ id: `plugin-${n}` }) },
  own('plugin_instances', rows.instance, 'plg', (n) => ({ name: `Gateway ${n}` })),
  under('plugin_log', { instance_id: rows.instance }, 'req'),
  own('plugin_offers', rows.offer, 'plo', () => ({})),
  own('webhook_events', rows.webhookEvent, 'whe', (n) => ({ event_key: `evt_${n}` })),
  own('server_groups', rows.serverGroup, 'svg', (n) => ({ name: `Place ${n}` })),
  own('server_accounts', rows.serverAccount, 'sac', (n) => ({ remote_id: `more-${n}` })),
  own('servers', rows.server, 'srv', (n) => ({ name: `node-${n}` })),
]

const servicesOf = (rows: FirstRows): Many[] => [
  own('services', rows.service, 'svc', (n) => ({ label: `quay-${n}`, order_item_id: null })),
  {
    // Of as many other clients, for what looks at all clients at once.
    table: 'services',
    first: { id: rows.service },
    differs: (_, id) => ({
      id: id('svc', 'others'),
      client_id: id('cli'),
      order_item_id: null,
      terminate_days: 365,
    }),
  },
  {
    table: 'service_options',
    first: { service_id: rows.service },
    differs: (_, id) => ({ option_id: id('opt'), label: 'More' }),
  },
  {
    table: 'service_fields',
    first: { service_id: rows.service },
    differs: (_, id) => ({ field_id: id('fld') }),
  },
  { table: 'service_access', first: { service_id: rows.service }, differs: (n) => ({ position: n }) },
  under('service_changes', { service_id: rows.service }, 'chn'),
  own('deliveries', rows.delivery, 'dlv', (n) => ({ generation: n + 1 })),
  under('delivery_calls', { delivery_id: rows.delivery }, 'dlc'),
]

const invoicesOf = (rows: FirstRows): Many[] => [
  own('invoices', rows.overdue, 'inv', (n) => ({ number: `INV-2026-1${pad(n)}` })),
  {
    table: 'invoice_lines',
    first: { invoice_id: rows.overdue },
    differs: (n, id) => ({
      ...{ id: id('inl'), position: n + 1, description: `Line ${n + 1}`, live_charge_id: null },
      source_id: id('svc', 'others'),
    }),
  },
  {
    table: 'invoice_taxes',
    first: { invoice_id: rows.overdue },
    differs: (n) => ({ rate_ppm: 190_000 + n }),
  },
  {
    table: 'instalments',
    first: { invoice_id: rows.overdue },
    differs: (n) => ({ position: n + 1 }),
  },
  { table: 'reminders', first: { document_id: rows.overdue }, differs: (n) => ({ step: `after_${n}` }) },
  {
    table: 'messages',
    first: { id: rows.message },
    differs: (n, id) => ({ id: id('msg', 'invoice'), message_key: `invoice ${n}`, subject_of: rows.overdue }),
  },
]

const moneyOf = (rows: FirstRows): Many[] => [
  own('payments', rows.payment, 'pay', (n) => ({ effect_key: `effect ${n}`, reference: `BANK-${n + 1}` })),
  {
    table: 'payments',
    first: { id: rows.payment },
    differs: (n, id) => ({
      id: id('pay', 'declined'),
      effect_key: `declined ${n}`,
      invoice_id: rows.overdue,
      status: 'declined',
      reference: null,
    }),
  },
  under('transactions', { payment_id: rows.payment }, 'trx', (n) => ({ reference: `BANK-${n + 1}` })),
  under('allocations', { payment_id: rows.payment }, 'alc', () => ({
    invoice_id: rows.overdue,
    amount_minor: 1n,
  })),
  own('payment_methods', rows.method, 'mth', (n) => ({
    reference: `pm_${n + 1}`,
    label: `Visa ${n}`,
    preferred: 0,
  })),
  own('refunds', rows.refund, 'ref', (n) => ({ effect_key: `refund ${n}` })),
  own('disputes', rows.dispute, 'dsp', (n) => ({ reference: `dp_${n}` })),
]

/** Dunning, credit, banks and gateways. */
const creditOf = (rows: FirstRows): Many[] => [
  own('bank_accounts', rows.bankAccount, 'bka', (n) => ({ name: `Account ${n}` })),
  own('bank_lines', rows.bankLine, 'bkl', (n) => ({ line_key: `line ${n}` })),
  own('payouts', rows.payout, 'pyo', (n) => ({ reference: `po_more_${n}` })),
  own('gateway_movements', rows.movement, 'gmv', (n) => ({ reference: `txn_more_${n}` })),
  own('agreements', rows.agreement, 'agr', (n) => ({ reference: `sub_more_${n}` })),
  own('credit_grants', rows.creditGrant, 'crg', (n) => ({ reason: `Reason ${n}` })),
  {
    table: 'dunning_cases',
    first: { invoice_id: rows.overdue },
    differs: (n, id) => ({ invoice_id: id('inv'), month: month(n) }),
  },
]

const ordersOf = (rows: FirstRows): Many[] => [
  own('orders', rows.order, 'ord', (n) => ({ number: `A-${n}`, access_key_hash: `key ${n}` })),
  under('order_items', { id: rows.orderItem }, 'ori', (n) => ({ service_id: null, position: n })),
  {
    table: 'coupon_uses',
    first: { order_id: rows.order },
    differs: (_, id) => ({ id: id('cpu'), order_id: id('ord') }),
  },
]

const deskOf = (rows: FirstRows): Many[] => [
  own('messages', rows.message, 'msg', (n) => ({ message_key: `message ${n}` })),
  under('events', { id: rows.event }, 'evt'),
  ...[rows.service, rows.order, rows.overdue, rows.client, rows.delivery, rows.payment].map(
    (subject): Many => ({
      table: 'audit',
      first: { subject: rows.order },
      differs: (_, id) => ({ id: id('aud', subject), subject }),
    }),
  ),
  own('billing_runs', rows.run, 'run', (n) => ({ as_of_on: day(n) })),
]

const pad = (n: number): string => String(n).padStart(4, '0')
/** Each another day of 2020 and 2021. */
const day = (n: number): string => new Date(Date.UTC(2020, 0, 1 + n)).toISOString().slice(0, 10)
const month = (n: number): string => `${1900 + Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, '0')}`
/** Two letters, not those of the shop's own country. */
const country = (n: number): string => `${letter(n / 26)}${letter(n % 26)}`
const letter = (n: number): string => String.fromCharCode(65 + Math.floor(n))
