import type { MailData, MailTemplate } from '../../core/mail/index.ts'

const url = '/portal/invoices/inv_01'
const number = 'KH-2026-000042'
const amount = { minor: '3641', currency: 'EUR' }
const label = 'Cloud server M (web-1)'
const invoice = { url, number, amount }
const service = { url: '/portal/services/svc_01', label }
const expires_at = '2026-01-16T10:00:00.000Z'

/** What an area hands over for each template, every optional field included. */
export const sampleMails: { [T in MailTemplate]: MailData<T> } = {
  'verify-email': { url: '/verify-email/secret-token', expires_at },
  'reset-password': { url: '/reset/secret-token', expires_at },
  'account-exists': { url: '/sign-in' },
  'password-changed': { url: '/portal/security', changed_at: expires_at, address: '192.0.2.7' },
  'email-asked': {
    url: '/portal/security',
    email: 'new@quay.example',
    asked_at: expires_at,
    address: '192.0.2.7',
  },
  'email-changed': {
    url: '/portal/security',
    email: 'new@quay.example',
    asked_at: expires_at,
    address: '192.0.2.7',
  },
  'staff-invite': { url: '/admin/reset/secret-token', expires_at, invited_by: 'Ida Brandt' },
  'member-invite': {
    url: '/invitation/secret-token',
    expires_at,
    invited_by: 'Ada Quay',
    client: 'Quay & Sons Ltd',
    service: 'VPS M',
  },
  'member-joined': {
    url: '/portal/account/people',
    name: 'Nia Novak',
    email: 'nia@quay.example',
    client: 'Quay & Sons Ltd',
    invited_by: 'Ada Quay',
  },
  'client-account': { url: '/reset', client: 'Quay & Sons Ltd', has_password: false },
  'order-received': {
    url: '/orders/ord_01',
    order: 'ORD-1001',
    items: [
      { label, choices: 'Memory: 8 GB · Place: New York', amount: { minor: '1900', currency: 'EUR' } },
      { label: 'Setup', amount: { minor: '900', currency: 'EUR' } },
    ],
    others: { minor: '500', currency: 'EUR' },
    discount: { minor: '-240', currency: 'EUR' },
    tax: { minor: '581', currency: 'EUR' },
    total: amount,
    due_on: '2026-01-29',
  },
  'order-held': { url: '/orders/ord_01', order: 'ORD-1001' },
  'invoice-issued': {
    ...invoice,
    due_on: '2026-01-29',
    charge_on: '2026-01-29',
    paid: false,
    taxes: [
      { name: 'GST', amount: { minor: '158', currency: 'EUR' } },
      { name: 'QST', amount: { minor: '316', currency: 'EUR' } },
    ],
  },
  'gift-card': {
    url: '/portal/credit/gift-card',
    code: '7K2M-9QXR-4TBC-0WZE',
    amount,
    expires_on: '2029-01-15',
  },
  'cart-left': {
    url: '/cart/left/secret',
    stop_path: '/cart/mails/secret',
    items: [
      { label: 'Minecraft', amount },
      { label: 'Daily backups', amount },
    ],
    ...{ amount, coupon: 'BACK10', expires_at },
  },
  'quote-sent': {
    ...invoice,
    url: '/quotes/quo_01?key=secret',
    title: 'Three game servers',
    expires_on: '2026-02-14',
  },
  'proforma-issued': { ...invoice, due_on: '2026-01-29' },
  'proforma-reminder': { ...invoice, due_on: '2026-01-29' },
  'proforma-waiting': { ...invoice, due_on: '2026-01-29' },
  'deposit-received': { ...invoice, due_on: '2026-01-29' },
  'invoice-link': { ...invoice, due_on: '2026-01-29', expires_at },
  'statement-of-account': { url: '/portal/statement', from: '2026-01-01', to: '2026-01-31', balance: amount },
  'payment-received': { ...invoice, paid_on: '2026-01-29', method: 'Visa ending in 4242' },
  'payment-failed': { ...invoice, reason: 'Insufficient funds', retry_on: '2026-02-01' },
  'payment-needs-client': invoice,
  'invoice-reminder': { ...invoice, due_on: '2026-01-29' },
  'invoice-overdue-1': { ...invoice, due_on: '2026-01-29' },
  'invoice-overdue-2': { ...invoice, due_on: '2026-01-29', suspend_on: '2026-02-12' },
  'invoice-overdue-3': { ...invoice, due_on: '2026-01-29', suspend_on: '2026-02-12' },
  'refund-sent': { ...invoice, method: 'Visa ending in 4242' },
  'method-refused': {
    ...{ url: '/portal/payment-methods', number: 'INV-2026-00012', method: 'Visa ending in 4242' },
    ...{ amount: { minor: '1190', currency: 'EUR' }, reason: 'The card has expired.' },
  },
  'method-ended': {
    ...{ url: '/portal/payment-methods', method: 'SEPA debit ·3000' },
    reason: 'The mandate for this account is no longer valid.',
  },
  'method-expiring': { url: '/portal/methods', method: 'Visa ending in 4242', expires_on: '2026-02-28' },
  'service-ready': { ...service, access: [{ label: 'Address', value: 'web-1.kontor.example' }] },
  'service-suspended': { ...service, reason: 'An invoice is overdue.' },
  'service-released': service,
  'service-terminated': service,
  'cancellation-received': { ...service, effective_on: '2026-02-14' },
  'cancellation-undone': service,
  'delivery-late': service,
  'mail-works': { url: '/admin/messages', asked_at: '2026-02-12T09:30:00.000Z' },
  'exemption-ends': {
    ...{ url: '/admin/tax/exemptions', client: 'Ada Quay', label: 'X-17' },
    ends_on: '2026-02-12',
  },
  'capture-due': {
    ...{ url: '/admin/payments/pay_1', client: 'Ada Quay', number: 'INV-2026-00017' },
    ...{ amount: { minor: '4900', currency: 'EUR' }, expires_at: '2026-02-12T10:00:00.000Z' },
  },
  'step-failed': {
    ...{ url: '/admin/search?q=svc_1', about: 'svc_1' },
    problem: 'Its invoice is not there.',
  },
  'billing-postponed': {
    url: '/admin/billing',
    problem: 'The tax service did not answer.',
    day: '2026-02-12',
  },
  'tax-id-lapses': {
    ...{ url: '/admin/tax/ids', client: 'Ada Quay', label: 'FR11123456782' },
    ends_on: '2026-02-12',
  },
  'price-change': {
    ...{ ...service, from_on: '2026-03-01' },
    before: { minor: '1000', currency: 'EUR' },
    amount: { minor: '1200', currency: 'EUR' },
  },
  'trial-converts': {
    ...{ ...service, ends_on: '2026-02-14' },
    amount: { minor: '1200', currency: 'EUR' },
  },
  'service-term-ends': { ...service, ends_on: '2026-02-14' },
  'service-offered': { ...service, giver: 'Ada Quay', expires_at },
  'service-passed-on': service,
  'service-received': { ...service, next_on: '2026-02-14' },
  'service-declined': service,
  'dispute-opened': { ...invoice, client: 'Ada Quay', reason: 'fraudulent', respond_by: '2026-02-12' },
  'delivery-failed': { ...service, failure: 'timed_out', problem: 'No answer within 30 s.' },
  'act-failed': { ...service, operation: 'reinstall', problem: 'The provider has not finished.' },
  'delivery-by-hand': { ...service, action: 'create' },
  'server-down': {
    ...{ url: '/admin/servers/srv_1', server: 'Frankfurt 1', at: '2026-01-12T10:00:00.000Z' },
    problem: 'disk: It is full.',
  },
  'server-recovered': {
    ...{ url: '/admin/servers/srv_1', server: 'Frankfurt 1', at: '2026-01-12T11:00:00.000Z' },
    problem: null,
  },
  'plugin-trouble': {
    ...{ url: '/admin/plugins/health', plugin: 'Stripe', label: 'Stripe Europe' },
    ...{ problem: 'plg_1 gateway.look_up is paused.', at: '2026-01-12T10:00:00.000Z' },
    lines: ['Stripe Europe took longer than 15 s.', 'No answer.'],
  },
}
