import { sql, type Queries } from '../../db/index.ts'
import { rowScope, type PluginScope, type RowScope } from '../../plugins/index.ts'

/** What plugins may be granted of our records: never a password, a secret, an internal note or a ledger row. */
const ROWS: readonly RowScope[] = [
  {
    name: 'client.read:summary',
    says: 'State, currency, country and language of a client.',
    table: 'clients',
    columns: ['id', 'kind', 'status', 'currency', 'country', 'locale', 'created_at'],
    client: 'id',
  },
  {
    name: 'client.read:contact',
    says: 'Name, company, e-mail, phone and address of a client.',
    table: 'clients',
    columns: [
      ...['id', 'name', 'company', 'email', 'phone'],
      ...['address_1', 'address_2', 'city', 'region', 'postcode', 'country'],
    ],
    client: 'id',
  },
  {
    name: 'invoice.read:summary',
    says: 'Number, state, days and sums of an invoice.',
    table: 'invoices',
    columns: [
      ...['id', 'client_id', 'kind', 'number', 'status', 'currency', 'issued_on', 'due_on', 'origin'],
      ...['subtotal_minor', 'tax_minor', 'total_minor'],
    ],
    client: 'client_id',
  },
  {
    name: 'order.read:summary',
    says: 'Number, state and sums of an order.',
    table: 'orders',
    columns: [
      ...['id', 'client_id', 'number', 'status', 'currency', 'invoice_id', 'placed_at'],
      ...['subtotal_minor', 'discount_minor', 'tax_minor', 'total_minor', 'coupon_code'],
    ],
    client: 'client_id',
  },
  {
    name: 'order.read:evidence',
    says: 'Address and browser from which an order was placed.',
    table: 'orders',
    columns: ['id', 'client_id', 'address', 'agent', 'evidence'],
    client: 'client_id',
  },
  {
    name: 'service.read:summary',
    says: 'Product, states, cycle and next charge of a service.',
    table: 'services',
    columns: [
      ...['id', 'client_id', 'product_id', 'parent_id', 'label', 'billing_status', 'delivery_status'],
      ...['currency', 'cycle', 'quantity', 'recurring_minor', 'next_period_on', 'cancel_on', 'remote_id'],
    ],
    client: 'client_id',
  },
  {
    name: 'payment.read:summary',
    says: 'State, sum and gateway reference of a payment.',
    table: 'payments',
    columns: [
      ...['id', 'client_id', 'invoice_id', 'instance_id', 'kind', 'status', 'currency'],
      ...['amount_minor', 'received_minor', 'reference', 'decline_code', 'settled_at'],
    ],
    client: 'client_id',
  },
]

export function pluginScopes(queries: Queries): PluginScope[] {
  return [...ROWS.map((scope) => rowScope(queries, scope)), invoiceLines(queries)]
}

function invoiceLines(queries: Queries): PluginScope {
  return {
    name: 'invoice.read:lines',
    says: 'Wording, period and net sum of the lines of an invoice.',
    async read(id) {
      const lines = await queries.all<{ client_id: string; net_minor: bigint }>(sql`
        select i.client_id, l.description, l.kind, l.source_id, l.period_start, l.period_end, l.net_minor
        from invoice_lines l join invoices i on i.id = l.invoice_id where i.id = ${id} order by l.position`)
      const [first] = lines
      if (!first) return null
      const shown = lines.map(({ client_id: _, net_minor, ...line }) => ({
        ...line,
        net_minor: String(net_minor),
      }))
      return { clientId: first.client_id, value: { id, lines: shown } }
    },
  }
}
