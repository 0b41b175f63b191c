import { isoDate } from '../../core/kernel/index.ts'
import { drawChart, schemaFields } from '../../core/render/index.ts'
import { money } from '../../sdk/index.ts'
import { now } from './gallery-frame.ts'

const months = ['Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec', 'Jan', 'Feb', 'Mar']
const points = months.map((label, index) => {
  const value = 8200 + index * 640 + (index % 3) * 900
  return { label, value, text: `€${value}`, href: `/admin/invoices?month=${label}` }
})
const scale = (value: number) => (value === 0 ? '€0' : `€${value / 1000}k`)

export const storefront = {
  hero: {
    eyebrow: 'All systems running since 41 days',
    title: 'Hosting that stays out of your way',
    text: 'Fast servers in four cities, plain prices, and people who answer within the hour. Ready before your coffee is.',
    actions: [
      { label: 'See plans', href: '#plans' },
      { label: 'Talk to us', href: '/contact' },
    ],
    points: ['30 days to change your mind', 'No set-up fee', 'Daily backups'],
  },
  domains: [
    { label: '.com', value: '€11.90 a year' },
    { label: '.eu', value: '€6.90 a year' },
    { label: '.dev', value: '€13.50 a year' },
  ],
  cycle: {
    label: 'Billing cycle',
    target: 'plans',
    choices: [
      { label: 'Monthly', href: '?cycle=monthly', active: true },
      { label: 'Yearly', href: '?cycle=yearly', saving: '2 months free' },
    ],
  },
  plans: [
    {
      name: 'Quay',
      text: 'For a first site or a small shop.',
      price: '€4.90',
      per: 'a month',
      note: 'incl. 19 % VAT',
      features: ['10 GB storage', '1 site', 'Daily backups'],
      action: { label: 'Choose Quay', href: '/products/quay' },
    },
    {
      name: 'Harbour',
      text: 'For growing projects with several sites.',
      price: '€12.00',
      per: 'a month',
      note: 'incl. 19 % VAT',
      mark: 'Most chosen',
      featured: true,
      features: ['50 GB storage', '10 sites', 'Hourly backups', 'Staging copies'],
      action: { label: 'Choose Harbour', href: '/products/harbour' },
    },
    {
      name: 'Fleet',
      text: 'For agencies who host for others.',
      price: '€39.00',
      per: 'a month',
      note: 'incl. 19 % VAT',
      stock: '3 left',
      features: ['200 GB storage', 'Sites without limit', 'Own brand', 'Priority help'],
      action: { label: 'Choose Fleet', href: '/products/fleet' },
    },
  ],
  compare: {
    caption: 'Plans compared',
    plans: [
      { name: 'Quay', price: '€4.90' },
      { name: 'Harbour', price: '€12.00' },
      { name: 'Fleet', price: '€39.00' },
    ],
    rows: [
      { label: 'Storage', values: ['10 GB', '50 GB', '200 GB'], different: true },
      { label: 'Free certificate', values: [true, true, true] },
      { label: 'Staging copies', values: [false, true, true], different: true },
      { label: 'Locations', values: ['4', '4', '4'] },
    ],
  },
  tiles: [
    {
      icon: 'bolt',
      title: 'Ready in a minute',
      text: 'Paid, built, running. You see each step as it happens.',
    },
    {
      icon: 'shield-check',
      title: 'Safe by default',
      text: 'Passkeys, daily backups and updates while you sleep.',
    },
    {
      icon: 'receipt',
      title: 'Sums you can follow',
      text: 'Every line says why it is what it is, to the cent.',
      href: '/pricing',
      foot: 'See all prices',
    },
  ],
}

export const portal = {
  overdue: {
    tone: 'warn',
    title: 'Invoice 2026-0042 is overdue',
    text: '€24.00 were due on 7 March. Services stay on until 21 March.',
    action: { label: 'Pay €24.00', href: '/portal/pay' },
  },
  stats: [
    {
      label: 'Due now',
      value: '€24.00',
      note: 'one invoice',
      icon: 'file-invoice',
      href: '/portal/invoices',
    },
    { label: 'Next 30 days', value: '€51.90', note: 'three renewals', icon: 'calendar-due' },
    { label: 'Credit', value: '€10.00', note: 'used first', icon: 'wallet' },
  ],
  services: {
    caption: 'Services',
    columns: [
      { label: 'Service' },
      { label: 'Address', phone: 'line' },
      { label: 'State', phone: 'hide' },
      { label: 'Price', align: 'end', phone: 'side' },
    ],
    rows: [
      {
        href: '/portal/services/1',
        label: 'Shop',
        cells: ['Shop', 'shop.example.com', 'Active', '€12.00'],
        menu: [{ label: 'Restart', href: '/restart', icon: 'refresh', post: true }],
      },
      {
        href: '/portal/services/2',
        label: 'Valheim',
        cells: ['Valheim server', '203.0.113.7:2456', 'Active', '€9.00'],
        menu: [{ label: 'Cancel', href: '/cancel', icon: 'x', danger: true }],
      },
    ],
  },
  steps: {
    label: 'Order',
    steps: [
      { label: 'Ordered', state: 'done', note: '09:12' },
      { label: 'Paid', state: 'done', note: '09:13' },
      { label: 'Being built', state: 'current', note: 'usually 2 minutes' },
      { label: 'Ready', state: 'todo' },
    ],
  },
  chart: drawChart({
    kind: 'bar',
    title: 'Spending by month',
    points: points.map(({ href: _, ...point }) => point),
    scale,
  }),
  meters: [
    { label: 'Storage', used: 38, limit: 50, text: '38 of 50 GB' },
    { label: 'Memory', used: 3.4, limit: 4, text: '3.4 of 4 GB' },
    { label: 'Traffic', used: 980, limit: 1000, text: '980 of 1,000 GB' },
  ],
  renewals: [
    { label: '16 Mar · Shop', value: '€12.00' },
    { label: '28 Mar · Valheim', value: '€9.00' },
    { label: 'Total', value: '€21.00', total: true },
  ],
  timeline: {
    entries: [
      {
        icon: 'check',
        tone: 'good',
        title: 'Payment received',
        text: '€12.00 with Visa 4242',
        at: now,
        who: 'Ada',
      },
      { icon: 'server', tone: 'busy', title: 'Server being built', at: now },
      { icon: 'mail', title: 'Order confirmed by mail', at: now },
    ],
  },
}

const states = ['issued', 'overdue', 'paid', 'draft', 'refunded', 'payment_pending']
const rows = Array.from({ length: 25 }, (_, index) => ({
  id: `inv_${index}`,
  href: `/admin/invoices/inv_${index}`,
  label: `2026-${String(index + 1).padStart(4, '0')}`,
  client: ['Analytical Engines Ltd', 'Grace Hopper', 'Turing & Sons'][index % 3],
  state: states[index % states.length],
  due: isoDate(`2026-03-${String((index % 27) + 1).padStart(2, '0')}`),
  total: money(1200 + index * 731, 'EUR'),
  menu: [
    { label: 'Send', href: '/send', icon: 'send', post: true },
    { label: 'Void', href: '/void', icon: 'x', danger: true },
  ],
}))

export const admin = {
  head: {
    title: 'Invoices',
    text: 'What clients owe, and what they paid.',
    actions: [
      { label: 'Export', icon: 'download', href: '/admin/invoices.csv' },
      { kind: 'primary', label: 'New invoice', icon: 'plus', href: '/admin/invoices/new' },
    ],
  },
  list: {
    id: 'invoices',
    label: 'Invoices',
    tabs: [
      { label: 'All', href: '?', active: true, count: 1204 },
      { label: 'Unpaid', href: '?status=unpaid', count: 38 },
      { label: 'Overdue', href: '?status=overdue', count: 7 },
    ],
    search: { action: '/admin/invoices', value: '', placeholder: 'Number, client or sum' },
    chips: [{ label: 'Brand: Northwind', removeHref: '?' }],
    table: {
      caption: 'Invoices',
      columns: [
        { label: 'Number', sort: { href: '?sort=number' } },
        { label: 'Client' },
        { label: 'State', phone: 'side' },
        { label: 'Due', sort: { href: '?sort=due', direction: 'descending' } },
        { label: 'Total', align: 'end', phone: 'side', sort: { href: '?sort=total' } },
      ],
      rows,
    },
    bulk: { name: 'invoice', action: '/admin/invoices/remind', acts: [{ label: 'Remind', icon: 'bell' }] },
    pager: { nextHref: '?after=25', countIsLower: true },
  },
  stats: [
    {
      label: 'Income today',
      value: '€1,284.00',
      trend: { tone: 'good', direction: 'up', value: '12 %' },
      note: 'against last week',
    },
    {
      label: 'Recurring',
      value: '€15,940.00',
      trend: { tone: 'bad', direction: 'down', value: '1.4 %' },
      note: 'this month',
    },
    { label: 'Overdue', value: '€312.40', note: '7 invoices', href: '/admin/invoices?status=overdue' },
    { label: 'Next run', value: '02:00', note: '184 invoices, €2,911.00' },
  ],
  chart: drawChart({ kind: 'line', title: 'Recurring revenue by month', points, scale }),
  emptyList: {
    id: 'quotes',
    label: 'Quotes',
    table: { caption: 'Quotes', columns: [], rows: [] },
    empty: {
      icon: 'file-text',
      title: 'No quotes yet',
      text: 'A quote becomes an order when the client accepts it.',
      action: { label: 'Write a quote', href: '/admin/quotes/new' },
      guide: { label: 'How quotes work', href: '/help' },
    },
  },
}

export const form = {
  errors: ['name', 'email', 'amount', 'plan'].map((name) => ({ name, label: name, message: 'is missing' })),
  fields: [
    {
      name: 'name',
      label: 'Name',
      value: 'Ada Lovelace',
      autocomplete: 'name',
      hint: 'As it stands on documents.',
    },
    {
      kind: 'email',
      name: 'email',
      label: 'E-mail',
      value: 'ada@',
      error: 'An address has something after the @, such as ada@example.com.',
    },
    { kind: 'password', name: 'password', label: 'Password', autocomplete: 'new-password' },
    { kind: 'money', name: 'amount', label: 'Amount', currency: 'EUR', value: '24.00' },
    { kind: 'quantity', name: 'seats', label: 'Seats', value: 3, min: 1, max: 50, required: false },
    { kind: 'date', name: 'due', label: 'Due', value: '2026-03-31' },
    { name: 'vat', label: 'VAT number', value: 'DE123456789', ok: 'Valid.', check: '/check' },
    {
      kind: 'select',
      name: 'country',
      label: 'Country',
      options: [
        { value: 'DE', label: 'Germany' },
        { value: 'FR', label: 'France' },
      ],
    },
    {
      kind: 'radio',
      name: 'plan',
      label: 'Plan',
      value: 'b',
      options: [
        { value: 'a', label: 'Quay', hint: '10 GB storage', aside: '€4.90' },
        { value: 'b', label: 'Harbour', hint: '50 GB storage', aside: '€12.00' },
      ],
    },
    { kind: 'textarea', name: 'note', label: 'Note', required: false, rows: 3 },
    {
      kind: 'checkbox',
      name: 'terms',
      label: 'I accept the terms',
      hint: 'Version of 1 March 2026',
      required: true,
    },
    { kind: 'hidden', name: 'next', value: '/portal' },
  ],
  schemaFields: schemaFields({
    prefix: 'settings',
    schema: {
      type: 'object',
      required: ['host', 'api_key'],
      properties: {
        host: {
          type: 'string',
          format: 'uri',
          title: 'Panel address',
          description: 'Where your panel answers.',
        },
        api_key: { type: 'string', secret: true, title: 'API key' },
        retries: { type: 'integer', minimum: 0, maximum: 5, default: 3 },
        mode: { type: 'string', enum: ['test', 'live'], default: 'test' },
        verify: { type: 'boolean', title: 'Check certificates', default: true },
      },
    },
    secrets: { api_key: { setOn: isoDate('2026-03-03'), setBy: 'Ada' } },
  }),
  states: ['paid', 'issued', 'overdue', 'suspended', 'creating', 'draft', 'void', 'needs_client', 'declined'],
  facts: [
    { label: 'Address', value: '203.0.113.7', copy: true },
    { label: 'Location', value: 'Helsinki' },
    { label: 'Plan', value: 'Harbour', hint: 'since 1 January' },
    { label: 'Limit' },
  ],
  tabs: [
    { label: 'Overview', href: '?', active: true },
    { label: 'Access', href: '?tab=access' },
    { label: 'Backups', href: '?tab=backups', count: 4 },
  ],
}

export const danger = {
  title: 'Terminate Valheim server',
  text: 'For Analytical Engines Ltd, running since 2 January.',
  crumbs: [{ label: 'Services', href: '/admin/services' }],
  action: '/admin/services/1/terminate',
  label: 'Terminate service',
  cancelHref: '/admin/services/1',
  acts: [
    { text: 'The server is stopped and its files are deleted at the provider.', final: true },
    { text: '€4.50 for unused days become credit.', icon: 'wallet' },
    { text: 'Ada gets the mail “service terminated”.', icon: 'mail' },
  ],
  word: 'Valheim server',
  keys: { once: 'once', version: 4 },
}
