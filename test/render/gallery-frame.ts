import { instant, isoDate } from '../../core/kernel/index.ts'
import type { Frame, Link, NavEntry } from '../../core/render/index.ts'

export const now = instant(Date.UTC(2026, 2, 14, 8, 30))
const today = isoDate('2026-03-14')

export function frameOf(area: Frame['area'], overrides: Partial<Frame> = {}): Frame {
  return {
    area,
    locale: 'en',
    zone: 'Europe/Berlin',
    today,
    title: 'Gallery',
    csrf: 'csrf-token',
    brand: {
      name: 'Northwind',
      href: '/',
      company: 'Northwind Hosting GmbH',
      tagline: 'Hosting run by people who answer.',
    },
    person: area === 'storefront' ? null : person,
    nav: { storefront: shopNav, portal: portalNav, admin: adminNav, system: [] }[area],
    sample: { mailHref: '/sample/mail', clock: now, clockHref: '/sample/clock' },
    signInHref: '/sign-in',
    search: { href: '/search', label: 'Search' },
    ...(area === 'storefront'
      ? { cart: { href: '/cart', count: 2 } }
      : { notices: { href: '/inbox', count: 3 } }),
    ...(area === 'portal'
      ? { client: { name: 'Analytical Engines Ltd', switchHref: '/portal/switch' } }
      : {}),
    ...(area === 'admin'
      ? {
          create: [link('Client', '/admin/clients/new', 'user-plus')],
          health: { href: '/admin/health', tone: 'good', label: 'All is well' },
        }
      : {}),
    languages: [
      { value: 'en', label: 'English', active: true },
      { value: 'de', label: 'Deutsch' },
    ],
    currencies: [
      { value: 'EUR', label: 'EUR', active: true },
      { value: 'USD', label: 'USD' },
    ],
    footer: [
      { title: 'Products', links: [link('Web hosting', '/shop/web'), link('Game servers', '/shop/games')] },
      { title: 'Help', links: [link('Knowledge base', '/kb'), link('Status', '/status')] },
    ],
    legal: [link('Terms', '/legal/terms'), link('Privacy', '/legal/privacy')],
    ...overrides,
  }
}

function link(label: string, href: string, icon?: string): Link {
  return icon ? { label, href, icon } : { label, href }
}

const person = {
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  menu: [link('Account', '/portal/account', 'user')],
  signOutHref: '/sign-out',
}

const shopNav: NavEntry[] = [
  { label: 'Web hosting', href: '/shop/web', active: true },
  { label: 'Game servers', href: '/shop/games' },
  { label: 'Domains', href: '/domains' },
  { label: 'Help', href: '/kb' },
]
const portalNav: NavEntry[] = [
  { label: 'Home', href: '/portal', icon: 'home', active: true },
  { label: 'Services', href: '/portal/services', icon: 'server-2' },
  { label: 'Invoices', href: '/portal/invoices', icon: 'file-invoice', count: 1 },
  { label: 'Help', href: '/portal/tickets', icon: 'lifebuoy' },
  { label: 'Domains', href: '/portal/domains', icon: 'world' },
  { label: 'Account', href: '/portal/account', icon: 'user-circle' },
]
const adminNav: NavEntry[] = [
  { label: 'Board', href: '/admin', icon: 'dashboard' },
  { label: 'Clients', href: '/admin/clients', icon: 'users', group: 'Sales' },
  { label: 'Orders', href: '/admin/orders', icon: 'shopping-bag', group: 'Sales', count: 3 },
  { label: 'Services', href: '/admin/services', icon: 'server-2', group: 'Delivery' },
  { label: 'Deliveries', href: '/admin/deliveries', icon: 'truck-delivery', group: 'Delivery', count: 1 },
  { label: 'Invoices', href: '/admin/invoices', icon: 'file-invoice', group: 'Billing', active: true },
  { label: 'Payments', href: '/admin/payments', icon: 'credit-card', group: 'Billing' },
  { label: 'Plugins', href: '/admin/plugins', icon: 'puzzle', group: 'System' },
  { label: 'Settings', href: '/admin/settings', icon: 'settings', group: 'System' },
]
