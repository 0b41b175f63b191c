import { Type, type Static, type TObject } from '../../sdk/index.ts'

/** How a field reaches the reader: amounts, days and moments are written in the reader's language. */
export type Shown = 'money' | 'day' | 'instant'

const text = Type.String({ minLength: 1, maxLength: 500 })
const money = Type.Object(
  { minor: Type.String({ pattern: '^-?\\d{1,18}$' }), currency: Type.String({ pattern: '^[A-Z]{3}$' }) },
  { shown: 'money' satisfies Shown },
)
const day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', shown: 'day' satisfies Shown })
const instant = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T[\\d:.]+Z$', shown: 'instant' satisfies Shown })

/** Where the button leads: an absolute address, or a path below the brand's. */
const url = Type.String({ pattern: '^(https?://[^\\s]+|/([^/\\s][^\\s]*)?)$', maxLength: 2000 })
const maybe = <T extends ReturnType<typeof Type.String> | typeof money>(schema: T) =>
  Type.Optional(Type.Union([schema, Type.Null()]))

/** A mail that nobody can read to its end helps nobody. */
export const ORDER_LINES_MAX = 100

const invoice = { url, number: text, amount: money }
/** `due_on` stands on the document; `expected_on` where a plan or a returned debit has put another day in its place. */
const owed = { ...invoice, due_on: day, expected_on: maybe(day) }
const service = { url, label: text }

/** Every mail by template name with what its sender must hand over. */
export const mailData = {
  'verify-email': Type.Object({ url, expires_at: instant }),
  'reset-password': Type.Object({ url, expires_at: instant, first: Type.Optional(Type.Boolean()) }),
  'account-exists': Type.Object({ url: Type.Optional(url) }),
  'password-changed': Type.Object({ url: Type.Optional(url), changed_at: instant, address: maybe(text) }),
  'email-asked': Type.Object({
    url: Type.Optional(url),
    email: text,
    asked_at: instant,
    address: maybe(text),
  }),
  'email-changed': Type.Object({
    url: Type.Optional(url),
    email: text,
    asked_at: instant,
    address: maybe(text),
  }),
  'staff-invite': Type.Object({ url, expires_at: instant, invited_by: text }),
  'member-invite': Type.Object({
    url,
    expires_at: instant,
    invited_by: text,
    client: text,
    /** The one service that it is for; without it, all that the client has. */
    service: maybe(text),
  }),
  'member-joined': Type.Object({ url, name: text, email: text, client: text, invited_by: text }),
  'client-account': Type.Object({ url, client: text, has_password: Type.Optional(Type.Boolean()) }),

  'order-received': Type.Object({
    url,
    order: text,
    items: Type.Array(Type.Object({ label: text, choices: maybe(text), amount: money }), {
      maxItems: ORDER_LINES_MAX,
    }),
    /** What the lines beyond those make together. */
    others: maybe(money),
    discount: maybe(money),
    /** Stands in the total. */
    tax: maybe(money),
    total: money,
    /** Absent when work begins without a payment. */
    due_on: maybe(day),
  }),
  'order-held': Type.Object({ url, order: text }),

  'invoice-issued': Type.Object({
    ...invoice,
    due_on: day,
    charge_on: maybe(day),
    /** The invoice of a proforma that was paid. */
    paid: Type.Optional(Type.Boolean()),
    taxes: Type.Optional(Type.Array(Type.Object({ name: text, amount: money }), { maxItems: 20 })),
  }),
  'gift-card': Type.Object({ url, code: text, amount: money, expires_on: maybe(day) }),
  'cart-left': Type.Object({
    url,
    stop_path: text,
    items: Type.Array(Type.Object({ label: text, amount: money }), { maxItems: 200 }),
    amount: money,
    coupon: maybe(text),
    expires_at: instant,
  }),
  'quote-sent': Type.Object({ ...invoice, title: text, expires_on: day }),
  'proforma-issued': Type.Object({ ...invoice, due_on: day }),
  /** Before its day, and after it: nothing is owed on a proforma, so neither calls it overdue. */
  'proforma-reminder': Type.Object(owed),
  'proforma-waiting': Type.Object(owed),
  'deposit-received': Type.Object({ ...invoice, due_on: maybe(day) }),
  'invoice-link': Type.Object({ ...invoice, due_on: day, expires_at: instant }),
  'statement-of-account': Type.Object({ url, from: day, to: day, balance: money }),
  'payment-received': Type.Object({ ...invoice, paid_on: day, method: maybe(text) }),
  'payment-failed': Type.Object({ ...invoice, reason: text, retry_on: maybe(day) }),
  'payment-needs-client': Type.Object(invoice),
  'invoice-reminder': Type.Object(owed),
  /** `returned`: it was paid, and the bank took that back. */
  'invoice-overdue-1': Type.Object({ ...owed, returned: Type.Optional(Type.Boolean()) }),
  'invoice-overdue-2': Type.Object({ ...owed, suspend_on: maybe(day) }),
  'invoice-overdue-3': Type.Object({ ...owed, suspend_on: maybe(day) }),
  'refund-sent': Type.Object({ ...invoice, method: maybe(text) }),
  'method-refused': Type.Object({ ...invoice, method: text, reason: text }),
  'method-ended': Type.Object({ url, method: text, reason: text }),
  'method-expiring': Type.Object({ url, method: text, expires_on: day }),

  'service-ready': Type.Object({
    ...service,
    access: Type.Optional(Type.Array(Type.Object({ label: text, value: text }), { maxItems: 20 })),
  }),
  'service-suspended': Type.Object({ ...service, reason: maybe(text) }),
  'service-released': Type.Object(service),
  'service-terminated': Type.Object(service),
  'cancellation-received': Type.Object({ ...service, effective_on: maybe(day) }),
  'cancellation-undone': Type.Object(service),
  'delivery-late': Type.Object(service),
  'price-change': Type.Object({ ...service, from_on: day, before: money, amount: money }),
  'trial-converts': Type.Object({ ...service, ends_on: day, amount: money }),
  'service-term-ends': Type.Object({ ...service, ends_on: day }),
  'service-offered': Type.Object({ ...service, giver: text, expires_at: instant }),
  'service-passed-on': Type.Object(service),
  'service-received': Type.Object({ ...service, next_on: maybe(day) }),
  'service-declined': Type.Object(service),

  'dispute-opened': Type.Object({ ...invoice, client: text, reason: maybe(text), respond_by: maybe(day) }),
  'exemption-ends': Type.Object({ url, client: text, label: text, ends_on: day }),
  'capture-due': Type.Object({ url, client: text, number: text, amount: money, expires_at: instant }),
  'step-failed': Type.Object({ url, about: text, problem: text }),
  'billing-postponed': Type.Object({ url, problem: text, day }),
  'tax-id-lapses': Type.Object({ url, client: text, label: text, ends_on: day }),
  'delivery-failed': Type.Object({ ...service, failure: text, problem: maybe(text) }),
  'act-failed': Type.Object({ ...service, operation: text, problem: maybe(text) }),
  'delivery-by-hand': Type.Object({ ...service, action: text }),
  'server-down': Type.Object({ url, server: text, problem: maybe(text), at: instant }),
  'mail-works': Type.Object({ url, asked_at: instant }),
  'server-recovered': Type.Object({ url, server: text, problem: maybe(text), at: instant }),
  'plugin-trouble': Type.Object({
    ...service,
    ...{ plugin: text, problem: text, at: instant },
    lines: Type.Array(text, { maxItems: 10 }),
  }),
} satisfies Record<string, TObject>

export type MailTemplate = keyof typeof mailData
export type MailData<T extends MailTemplate> = Static<(typeof mailData)[T]>

export const isMailTemplate = (name: string): name is MailTemplate => Object.hasOwn(mailData, name)

/** Their button or text lets whoever holds it into an account, or act for it: the log never shows it. */
const SECRET: ReadonlySet<MailTemplate> = new Set([
  'verify-email',
  'reset-password',
  'staff-invite',
  'quote-sent',
  'gift-card',
  'invoice-link',
  'cart-left',
])

export const isSecret = (template: string): boolean => (SECRET as ReadonlySet<string>).has(template)
