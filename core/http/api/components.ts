import { Type, type TSchema } from '../../../sdk/index.ts'
import { catalogComponents } from './catalog-components.ts'
import { clientComponents } from './client-components.ts'
import {
  day,
  instant,
  money,
  nullable,
  nullableDay,
  nullableInstant,
  nullableMoney,
  refTo,
  text,
} from './describe.ts'
import { peopleComponents } from './people-components.ts'
import { pluginComponents } from './plugin-components.ts'
import { serviceComponents } from './service-components.ts'

const Money = Type.Object(
  {
    minor: Type.String({
      pattern: '^-?\\d+$',
      description: 'Smallest units, as text: no reader loses digits.',
    }),
    currency: text('ISO 4217 code.'),
  },
  { description: 'An amount: { "minor": "2400", "currency": "EUR" } is € 24.00.' },
)

const Problem = Type.Object(
  {
    type: text('urn:berth:error: and the code.'),
    title: text('The code in words.'),
    status: Type.Integer({ description: 'The HTTP status.' }),
    code: text('Stable name of the refusal, such as invoice.has_payments.'),
    detail: text('What happened and what to do, for people.'),
    request_id: text('Names this request in our logs.'),
    fields: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'Field → what is wrong with it.' }),
    ),
  },
  { description: 'Every refusal has this shape (RFC 9457).' },
)

/** The status, or what follows from payments and the day. */
const state = () =>
  text(
    'The status, or as follows from payments and the day in UTC: refunded, payment_pending, in_collections, overdue, late (a proforma, on which nothing is owed, that was not paid in time) or partly_paid.',
  )

const Invoice = Type.Object({
  id: text('inv_…'),
  number: nullable('Null while it is a draft.'),
  kind: text('invoice or credit_note.'),
  status: text('draft, issued, paid, void or written_off.'),
  client_id: text('cli_…'),
  issued_on: nullableDay('Day of issue.'),
  due_on: day('Day by which it is to be paid.'),
  subtotal: money(),
  tax: money(),
  rounding: money(),
  state: state(),
  total: money(),
  due: money(),
  accounting_tax: Type.Union([refTo('AccountingTax'), Type.Null()], {
    description:
      'Net and tax in the currency in which the seller owes its taxes. Null where that is the document’s own, it bears no tax, or no rate was known when it was issued.',
  }),
  taxes: Type.Array(refTo('InvoiceTax')),
  lines: Type.Array(refTo('InvoiceLine')),
})

const InstalmentPlan = Type.Object({
  id: text('ipl_…'),
  invoice_id: text('inv_…'),
  status: text('active, kept, broken or ended.'),
  covers: money(),
  fee_id: nullable('inv_…: the document of its fee.'),
  reason: nullable('Why it was broken or ended.'),
  parts: Type.Array(refTo('InstalmentPart')),
})

const InstalmentPart = Type.Object({
  position: Type.Integer(),
  due_on: day('Day by which it is to be paid.'),
  amount: money(),
  open: money(),
})

const AccountingTax = Type.Object({
  net: money(),
  tax: money(),
  rate: text('Units of `rate_currency` for one of `rate_base`, as an exact decimal.'),
  rate_base: text('ISO 4217 code.'),
  rate_currency: text('ISO 4217 code.'),
  rate_on: day('Day of the rate.'),
  rate_source: text('manual, or the instance of the plugin that brought it.'),
})

const InvoiceTax = Type.Object({
  name: text('As on the document.'),
  rate_ppm: Type.Integer({ description: 'Parts per million: 190000 is 19 %.' }),
  level: Type.Integer({ description: '1, or 2 for a tax that comes on top of another.' }),
  compound: Type.Boolean({ description: 'Whether the base holds the tax of the first level.' }),
  base: money(),
  tax: money(),
})

const InvoiceLine = Type.Object({
  position: Type.Integer(),
  kind: text('recurring, setup, once …'),
  description: text('As on the document.'),
  quantity: Type.Number(),
  net: money(),
  tax: money(),
  tax_rate_ppm: Type.Integer({ description: 'Parts per million: 190000 is 19 %.' }),
  period_start: nullable('First day of the period.'),
  period_end: nullable('Day after the period, on which the next one begins.'),
})

const ListedInvoice = Type.Object({
  id: text('inv_…'),
  number: nullable('Null while it is a draft.'),
  kind: text('invoice or credit_note.'),
  status: text('draft, issued, paid, void or written_off.'),
  client_id: text('cli_…'),
  issued_on: nullableDay('Day of issue.'),
  due_on: day('Day by which it is to be paid.'),
  state: state(),
  total: money(),
  due: money(),
})

const Payment = Type.Object({
  id: text('pay_…'),
  client_id: text('cli_…'),
  invoice_id: nullable('inv_…; null for money into the client’s credit.'),
  kind: text('hosted, saved_method, recorded or deposit.'),
  status: text(
    'created, needs_client, pending, authorised, succeeded, declined, failed, unknown or cancelled.',
  ),
  amount: money(),
  received: money(),
  reference: nullable('At the gateway or the bank.'),
  created_at: instant('When it was started.'),
})

const Transaction = Type.Object({
  id: text('trx_…'),
  client_id: text('cli_…'),
  kind: text('payment, payment_reversed, refund, refund_failed, dispute or dispute_returned.'),
  gateway: nullable('Null for money that was booked by hand.'),
  reference: text('At the gateway or the bank.'),
  amount: money(),
  fee: Type.Union([money(), Type.Null()], { description: 'What the gateway kept. Null for clients.' }),
  payment_id: nullable('pay_…'),
  invoice_id: nullable('inv_…'),
  occurred_at: instant('When it happened, where gateway, bank or staff said it; else when it was booked.'),
})

const Refund = Type.Object({
  id: text('ref_…'),
  payment_id: text('pay_…'),
  invoice_id: nullable(
    'inv_… that it is of; null for a deposit, and for a payment of several when none was named.',
  ),
  destination: text('source, credit or recorded.'),
  taken_from: text('goodwill, credit or credit_note.'),
  credit_note_id: nullable('inv_… of the credit note that it was made with.'),
  status: text('created, pending, succeeded or failed.'),
  amount: money(),
  parts: Type.Array(
    Type.Object({
      invoice_id: nullable('inv_… that it is of; null for none.'),
      taken_from: text('goodwill, credit or credit_note.'),
      credit_note_id: nullable('inv_… of its credit note.'),
      amount: money(),
    }),
    { description: 'What it was found to be of afterwards; empty while nobody said so.' },
  ),
  reason: text('Why.'),
  created_at: instant('When it was asked for.'),
})

const EInvoice = Type.Object({
  file_name: text('Name for the file.'),
  format: Type.Enum(['ubl', 'cii', 'xrechnung'], {
    description: 'UBL 2.1, UN/CEFACT CII, or UBL 2.1 as XRechnung.',
  }),
  xml: text('The file.'),
})

const PlannedDocument = Type.Object({
  client_id: text('cli_…'),
  client_name: text('Who gets it.'),
  issues_on: day('Day of issue.'),
  due_on: day('Day by which it is to be paid.'),
  total: money(),
  lines: Type.Array(Type.Object({ description: Type.String(), amount: money() })),
})

const Preview = Type.Object({
  until_on: day('The last day looked at.'),
  invoices: Type.Array(PlannedDocument),
  late_fees: Type.Array(PlannedDocument, {
    description: 'Charged on unpaid documents, if nothing is paid.',
  }),
  suspensions: Type.Array(Type.String(), {
    description: 'Services that will be suspended if nothing is paid.',
  }),
  charges: Type.Array(
    Type.Object({
      on: day('Day of the charge.'),
      invoice_id: nullable('inv_…, null for a document that is not issued yet.'),
      client_id: text('cli_…'),
      due_on: day('Day by which it is to be paid.'),
      total: money(),
    }),
    { description: 'Tries to charge saved methods, as long as none brings money.' },
  ),
  services: Type.Array(
    Type.Object({
      on: day('The day.'),
      act: text('suspend or terminate, if nothing is paid, or end.'),
      service_id: text('svc_…'),
      client_id: text('cli_…'),
    }),
    { description: 'What becomes of services.' },
  ),
  mails: Type.Array(
    Type.Object({
      on: day('The day.'),
      template: text('invoice-issued, invoice-reminder …'),
      client_id: text('cli_…'),
      about: nullable('Number, service or saved method.'),
    }),
    { description: 'Mails to clients that come of all this.' },
  ),
})

const Order = Type.Object({
  id: text('ord_…'),
  number: text('As shown to people.'),
  client_id: text('cli_…'),
  status: text('placed, held, accepted, fraud (for staff; clients read held), rejected, cancelled or done.'),
  invoice_id: nullable('inv_…'),
  total: money(),
  placed_at: instant('When it was placed.'),
})

const Product = Type.Object({
  id: text('prd_…'),
  group_id: text('grp_…'),
  slug: text('In its address.'),
  kind: text('What sort of service it is.'),
  name: text('As in the shop.'),
  summary: nullable('One sentence.'),
  status: text('draft, active, hidden or retired.'),
  prices: Type.Array(Type.Object({ cycle: Type.String(), amount: money(), setup: money() })),
})

const ServerGroup = Type.Object({
  id: text('svg_…'),
  name: text('For staff.'),
  fill: text(
    'fill_first: one server after another; least_used: where the smallest share of places is taken.',
  ),
  version: Type.Integer({ description: 'Sent back with a change of it.' }),
})

const PluginRequest = Type.Object({
  id: text('prq_…'),
  plugin_id: text('Name of the plugin.'),
  instance_id: text('plg_…'),
  client_id: text('cli_…'),
  scope: text('What it asked to have written: client.write:billable_item …'),
  record_id: text('Id of the record that it is about.'),
  reference: text('The plugin’s own name for it; the same request again has the same answer.'),
  body: Type.Unknown({ description: 'What is to be written, by the scope.' }),
  amount: nullableMoney('What it takes from the client; null where it is about no money.'),
  status: text('waiting, approved or refused.'),
  decided_by: nullable('usr_…, or plg_… where its grant was enough.'),
  decided_at: nullableInstant('When it was decided.'),
  reason: nullable('Why it was refused.'),
  result_id: nullable('Id of what was made, where that has one.'),
  created_at: instant('When it was asked for.'),
})

const Server = Type.Object({
  id: text('srv_…'),
  name: text('As staff call it.'),
  instance_id: text('plg_…'),
  group_id: nullable('svg_…'),
  status: text('active or maintenance.'),
  capacity: Type.Union([Type.Integer(), Type.Null()], { description: 'Places; null is no limit.' }),
  services: Type.Integer({ description: 'Places taken.' }),
  failures: Type.Integer({ description: 'Failed deliveries that wait for staff.' }),
  last_contact_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
    description: 'When it last answered.',
  }),
  last_problem: nullable('What went wrong last.'),
  health: nullable('What its plugin found last: good, degraded or down; null where it never found trouble.'),
})

const Event = Type.Object({
  id: text('evt_…'),
  type: text('What has happened: invoice.paid …'),
  subject: text('Id of the record it is about.'),
  client_id: nullable('cli_…'),
  actor: text('Who did it.'),
  occurred_at: instant('When.'),
  body: Type.Unknown({ description: 'Facts of the event, by its type.' }),
})

/** Shapes of the document, by name. Answers are made in `resources/`, and a test holds them to these. */
export const components = {
  ...catalogComponents,
  ...clientComponents,
  ...peopleComponents,
  ...pluginComponents,
  ...serviceComponents,
  AccountingTax,
  EInvoice,
  Event,
  Invoice,
  InvoiceLine,
  InstalmentPart,
  InstalmentPlan,
  InvoiceTax,
  ListedInvoice,
  Money,
  PluginRequest,
  Order,
  Payment,
  Preview,
  Problem,
  Product,
  Refund,
  Server,
  ServerGroup,
  Transaction,
} satisfies Record<string, TSchema>

export type ComponentName = keyof typeof components
