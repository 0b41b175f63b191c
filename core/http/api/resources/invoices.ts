import { Type } from '../../../../sdk/index.ts'
import {
  accountingTaxOf,
  amountDue,
  cashRounding,
  getInvoice,
  invoiceState,
  listInvoices,
  readEInvoice,
  readInvoice,
  readPreview,
  type ServiceAct,
  voidInvoice,
  type Invoice,
  type ListedInvoice,
  type PreviewInvoice,
} from '../../../billing/index.ts'
import type { IsoDate } from '../../../kernel/index.ts'
import { amount } from '../amount.ts'
import { bodyOf, listQueryOf, type Endpoint } from '../endpoint.ts'

const tag = 'invoices'

export const invoiceEndpoints: readonly Endpoint[] = [
  {
    id: 'listInvoices',
    method: 'get',
    path: '/invoices',
    tag,
    summary: 'List invoices and credit notes, newest first',
    permission: listInvoices.permission,
    audience: listInvoices.audience,
    query: listQueryOf({
      client_id: Type.Optional(Type.String({ maxLength: 64, description: 'cli_…: only of this client.' })),
      status: Type.Optional(
        Type.Enum(['draft', 'issued', 'paid', 'void', 'written_off'], { description: 'Only in this state.' }),
      ),
    }),
    status: 200,
    answer: { list: 'ListedInvoice' },
    async handle({ deps, actor, query }) {
      const { rows, next } = await listInvoices(deps, query, actor)
      return { items: rows.map((row) => listedResource(row, deps.business.today('UTC'))), next }
    },
  },
  {
    id: 'getInvoice',
    method: 'get',
    path: '/invoices/{invoice_id}',
    tag,
    summary: 'Read one invoice with its lines',
    permission: readInvoice.permission,
    audience: readInvoice.audience,
    status: 200,
    answer: { one: 'Invoice' },
    handle: async ({ deps, actor, params }) =>
      invoiceResource(await readInvoice(deps, params, actor), deps.business.today('UTC')),
  },
  {
    id: 'getEInvoice',
    method: 'get',
    path: '/invoices/{invoice_id}/e-invoice',
    tag,
    summary: 'Read the structured twin of an issued document, as UBL, CII or XRechnung',
    permission: readEInvoice.permission,
    audience: readEInvoice.audience,
    query: Type.Object({
      format: Type.Optional(
        Type.Enum(['ubl', 'cii', 'xrechnung'], {
          description: 'Unless told UBL 2.1, by EN 16931 or XRechnung as its client has it.',
        }),
      ),
    }),
    status: 200,
    answer: { one: 'EInvoice' },
    refusals: { 409: 'E-invoices are off for its client.' },
    handle: async ({ deps, actor, params, query }) => {
      const { name, format, xml } = await readEInvoice(deps, { ...params, ...query }, actor)
      return { file_name: name, format, xml }
    },
  },
  {
    id: 'voidInvoice',
    method: 'post',
    path: '/invoices/{invoice_id}/void',
    tag,
    summary: 'Declare an unpaid invoice never valid',
    permission: voidInvoice.permission,
    audience: voidInvoice.audience,
    body: bodyOf(voidInvoice, ['invoice_id']),
    status: 200,
    answer: { one: 'Invoice' },
    refusals: { 409: 'Payments are booked on it, or it is void already.' },
    async handle({ deps, actor, params, body }) {
      const { id } = await voidInvoice(deps, { ...body, ...params }, actor)
      return invoiceResource(await getInvoice(deps.db, id, actor), deps.business.today('UTC'))
    },
  },
  {
    id: 'previewBilling',
    method: 'get',
    path: '/billing/preview',
    tag,
    summary: 'What the next days will invoice, charge, suspend, end and mail',
    permission: readPreview.permission,
    audience: readPreview.audience,
    query: Type.Object({
      days: Type.Integer({ minimum: 1, maximum: 400, description: 'From today on.' }),
      brand_id: Type.Optional(Type.String({ description: 'Of one brand.' })),
      client_id: Type.Optional(Type.String({ description: 'Of one client.' })),
    }),
    status: 200,
    answer: { one: 'Preview' },
    async handle({ deps, actor, query }) {
      const preview = await readPreview(deps.billing, query, actor)
      return {
        until_on: preview.untilOn,
        invoices: preview.invoices.map(plannedResource),
        late_fees: preview.lateFees.map(plannedResource),
        suspensions: preview.suspensions.map(({ id }) => id),
        charges: preview.charges.map(({ on, id, clientId, dueOn, totalMinor, currency }) => ({
          ...{ on, invoice_id: id, client_id: clientId, due_on: dueOn, total: amount(totalMinor, currency) },
        })),
        services: [
          ...preview.suspensions.map((act) => serviceAct(act, 'suspend')),
          ...preview.terminations.map((act) => serviceAct(act, 'terminate')),
          ...preview.endings.map((act) => serviceAct(act, 'end')),
        ],
        mails: preview.mails.map(({ on, template, clientId, about }) => ({
          ...{ on, template, client_id: clientId, about },
        })),
      }
    },
  },
]

const serviceAct = ({ on, id, clientId }: ServiceAct, act: 'suspend' | 'terminate' | 'end') => ({
  ...{ on, act, service_id: id, client_id: clientId },
})

const plannedResource = ({ currency, ...planned }: PreviewInvoice) => ({
  client_id: planned.clientId,
  client_name: planned.clientName,
  issues_on: planned.issuesOn,
  due_on: planned.dueOn,
  total: amount(planned.totalMinor, currency),
  lines: planned.lines.map(({ description, amountMinor }) => ({
    description,
    amount: amount(amountMinor, currency),
  })),
})

function listedResource(invoice: ListedInvoice, today: IsoDate) {
  const { id, number, kind, status, client_id, issued_on, due_on, currency } = invoice
  return {
    ...{ id, number, kind, status, client_id, issued_on, due_on },
    state: invoiceState(invoice, today),
    total: amount(invoice.total_minor, currency),
    due: amount(amountDue(invoice), currency),
  }
}

function invoiceResource(invoice: Invoice, today: IsoDate) {
  const { currency } = invoice
  return {
    ...listedResource(invoice, today),
    subtotal: amount(invoice.subtotal_minor, currency),
    tax: amount(invoice.tax_minor, currency),
    rounding: amount(cashRounding(invoice), currency),
    accounting_tax: accountingTaxResource(invoice),
    taxes: invoice.taxes.map((tax) => ({
      ...{ name: tax.tax_name, rate_ppm: tax.rate_ppm, level: tax.level, compound: tax.compound === 1 },
      base: amount(tax.net_minor, currency),
      tax: amount(tax.tax_minor, currency),
    })),
    lines: invoice.lines.map((line) => {
      const { position, kind, description, quantity, tax_rate_ppm, period_start, period_end } = line
      return {
        ...{ position, kind, description, quantity, tax_rate_ppm, period_start, period_end },
        net: amount(line.net_minor, currency),
        tax: amount(line.tax_minor, currency),
      }
    }),
  }
}

function accountingTaxResource(invoice: Invoice) {
  const stated = accountingTaxOf(invoice)
  if (!stated) return null
  const { currency, net_minor, tax_minor, rate } = stated
  return {
    net: amount(BigInt(net_minor), currency),
    tax: amount(BigInt(tax_minor), currency),
    ...{ rate: rate.rate, rate_base: rate.base, rate_currency: rate.currency },
    ...{ rate_on: rate.valid_on, rate_source: rate.source },
  }
}
