import { name, sql, type Queries, type Sql } from '../../db/index.ts'
import { rowScope, rowsOfScope, type PluginScope, type RowScope } from '../../plugins/index.ts'
import { dayStart, ofQuery, type ReportQuery, type ScopeRecords } from '../../reports/index.ts'

interface DatedScope extends RowScope {
  /** The column by which a report finds the records of some days: a day ("…_on") or an instant ("…_at"). */
  dated: string
}

/** What plugins may be granted of our records: never a password, a secret, an internal note or a ledger row. */
const ROWS: readonly DatedScope[] = [
  {
    name: 'client.read:summary',
    says: 'State, currency, country and language of a client.',
    table: 'clients',
    columns: ['id', 'kind', 'status', 'currency', 'country', 'locale', 'created_at'],
    client: 'id',
    dated: 'created_at',
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
    dated: 'created_at',
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
    dated: 'issued_on',
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
    dated: 'placed_at',
  },
  {
    name: 'order.read:evidence',
    says: 'Address and browser from which an order was placed.',
    table: 'orders',
    columns: ['id', 'client_id', 'address', 'agent', 'evidence'],
    client: 'client_id',
    dated: 'placed_at',
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
    dated: 'created_at',
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
    dated: 'settled_at',
  },
]

export function pluginScopes(queries: Queries): PluginScope[] {
  return [
    ...ROWS.map((scope) => rowScope(queries, scope)),
    {
      name: LINES,
      says: 'Wording, period and net sum of the lines of an invoice.',
      async read(id) {
        const [value] = await invoiceLines(queries, sql`i.id = ${id}`)
        const whose = await queries.get<{ client_id: string; brand_id: string }>(
          sql`select client_id, brand_id from invoices where id = ${id}`,
        )
        if (!value || !whose) return null
        const { client_id: _, ...shown } = value
        return { clientId: whose.client_id, brandId: whose.brand_id, value: shown }
      },
    },
  ]
}

/** The records of some days that a scope grants to a report of a plugin, oldest first. A scope without days has none. */
export function scopeRecords(queries: Queries): ScopeRecords {
  return async (wanted, query, limit) => {
    if (wanted === LINES) {
      const within = datedWithin('t', 'issued_on', query)
      const ids = sql`select t.id from invoices t where ${within} order by t.id limit ${limit}`
      return invoiceLines(queries, sql`i.id in (${ids})`)
    }
    const scope = ROWS.find((one) => one.name === wanted)
    return scope ? rowsOfScope(queries, scope, datedWithin('t', scope.dated, query), limit) : []
  }
}

function datedWithin(table: string, column: string, query: ReportQuery): Sql {
  const [from, until] = column.endsWith('_on')
    ? [query.from, query.until]
    : [dayStart(query.zone, query.from), dayStart(query.zone, query.until)]
  const at = name(`${table}.${column}`)
  return sql`${at} >= ${from} and ${at} < ${until} and ${ofQuery(query, table, name(`${table}.brand_id`))}`
}

const LINES = 'invoice.read:lines'

type InvoiceLines = {
  id: string
  client_id: string
  lines: Record<string, unknown>[]
}

async function invoiceLines(queries: Queries, where: Sql): Promise<InvoiceLines[]> {
  const rows = await queries.all<{ id: string; client_id: string; net_minor: bigint }>(sql`
    select i.id, i.client_id, l.description, l.kind, l.source_id, l.period_start, l.period_end, l.net_minor
    from invoice_lines l join invoices i on i.id = l.invoice_id where ${where} order by i.id, l.position`)
  const found = new Map<string, InvoiceLines>()
  for (const { id, client_id, net_minor, ...line } of rows) {
    const invoice = found.get(id) ?? { id, client_id, lines: [] }
    found.set(id, invoice)
    invoice.lines.push({ ...line, net_minor: String(net_minor) })
  }
  return [...found.values()]
}
