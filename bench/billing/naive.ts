import knex from 'knex'
import { Model, type Transaction } from 'objection'
import { idMaker, systemClock } from '../../core/kernel/index.ts'

class Row extends Model {
  declare id: string;
  [column: string]: unknown
}
class Service extends Row {
  static override tableName = 'services'
}
class Client extends Row {
  static override tableName = 'clients'
}
class Brand extends Row {
  static override tableName = 'brands'
}
class Charge extends Row {
  static override tableName = 'charges'
}
class Series extends Row {
  static override tableName = 'number_series'
}
class Invoice extends Row {
  static override tableName = 'invoices'
}
class Line extends Row {
  static override tableName = 'invoice_lines'
}
class Tax extends Row {
  static override tableName = 'invoice_taxes'
  static override idColumn = ['invoice_id', 'tax_name', 'rate_ppm']
}
class Journal extends Row {
  static override tableName = 'journals'
}
class Posting extends Row {
  static override tableName = 'postings'
  static override idColumn = ['journal_id', 'position']
}
class Event extends Row {
  static override tableName = 'events'
}
class Audit extends Row {
  static override tableName = 'audit'
}

const MODELS = [Service, Client, Brand, Charge, Series, Invoice, Line, Tax, Journal, Posting, Event, Audit]
const [NET, TAX] = [599, 114]
const FROM = '2026-01-20'
const TO = '2026-02-20'
const ISSUED = '2026-01-15'

const newId = idMaker(systemClock)

/**
 * The comparison: what one writes first, and the same rows as the run. For each client one transaction through the ORM:
 * load the client and what is due of it, insert charge and line of each and move it on, take a number, insert invoice,
 * tax, journal, postings, event and audit entry. Nothing is thought about: prices and taxes stand in the code. Answers
 * CPU seconds.
 */
export async function naiveLoop(file: string, services: number): Promise<number> {
  const db = knex({ client: 'better-sqlite3', connection: { filename: file }, useNullAsDefault: true })
  await db.raw('pragma journal_mode = wal')
  await db.raw('pragma synchronous = normal')
  for (const model of MODELS) model.knex(db)
  const due = await Service.query().select('id', 'client_id').orderBy('client_id').limit(services)
  const ofClients = Map.groupBy(due, (service) => service['client_id'] as string)
  const before = process.cpuUsage()
  for (const [clientId, found] of ofClients)
    await Service.transaction((trx) =>
      billOne(
        trx,
        clientId,
        found.map(({ id }) => id),
      ),
    )
  const { user, system } = process.cpuUsage(before)
  await db.destroy()
  return (user + system) / 1e6
}

async function billOne(trx: Transaction, clientId: string, serviceIds: readonly string[]): Promise<void> {
  const client = await Client.query(trx).findById(clientId).throwIfNotFound()
  const invoice = await insertInvoice(trx, client, serviceIds.length)
  for (const [n, id] of serviceIds.entries()) await chargeOne(trx, { client, invoice, id, position: n + 1 })
  await insertBooks(trx, invoice)
  await insertHistory(trx, invoice)
}

async function takeNumber(trx: Transaction, brand: Brand): Promise<string> {
  const { id: brand_id, seller_id } = brand
  const found =
    (await Series.query(trx).findOne({ brand_id })) ??
    (await Series.query(trx).insert({
      ...{ id: newId('ser'), seller_id, brand_id, kind: 'invoice', year: 2026, prefix: 'INV' },
      ...{ next_number: 1, digits: 5, first_number: 1 },
    }))
  const next = found['next_number'] as number
  await Series.query(trx)
    .findById(found.id)
    .patch({ next_number: next + 1 })
  return `INV-2026-${String(next).padStart(5, '0')}`
}

async function insertInvoice(trx: Transaction, client: Client, services: number): Promise<Invoice> {
  const at = systemClock.now()
  const brand = await Brand.query(trx)
    .findById(client['brand_id'] as string)
    .throwIfNotFound()
  const invoice = await Invoice.query(trx).insert({
    ...{
      id: newId('inv'),
      brand_id: brand.id,
      client_id: client.id,
      seller_id: brand['seller_id'],
      kind: 'invoice',
    },
    ...{
      number: await takeNumber(trx, brand),
      status: 'issued',
      currency: 'EUR',
      origin: 'renewal',
    },
    ...{ issued_on: ISSUED, due_on: FROM, issued_at: at, document_hash: '' },
    ...{ subtotal_minor: NET * services, tax_minor: TAX * services, total_minor: (NET + TAX) * services },
    ...{ seller: '{}', buyer: '{}', evidence: '{}', prices_include_tax: 0, locale: 'en', version: 1 },
    ...{ created_at: at, updated_at: at },
  })
  await Tax.query(trx).insert({
    ...{ invoice_id: invoice.id, tax_name: 'VAT', rate_ppm: 190_000, net_minor: NET * services },
    ...{ tax_minor: TAX * services, level: 1, compound: 0, treatment: 'standard' },
  })
  return invoice
}

async function chargeOne(
  trx: Transaction,
  { client, invoice, id, position }: { client: Client; invoice: Invoice; id: string; position: number },
): Promise<void> {
  const service = await Service.query(trx).findById(id).throwIfNotFound()
  const at = systemClock.now()
  const charge = await Charge.query(trx).insert({
    ...{ id: newId('chg'), brand_id: client['brand_id'], client_id: client.id, source_id: service.id },
    ...{ kind: 'recurring', period_start: FROM, period_end: TO, cause: 'naive', currency: 'EUR' },
    ...{ amount_minor: NET, created_at: at },
  })
  await Line.query(trx).insert({
    ...{
      id: newId('inl'),
      invoice_id: invoice.id,
      position,
      charge_id: charge.id,
      live_charge_id: charge.id,
    },
    ...{ source_id: service.id, kind: 'recurring', description: 'Hosting', quantity: 1, unit_minor: NET },
    ...{ amount_minor: NET, net_minor: NET, tax_minor: TAX, tax_class: 'standard', tax_name: 'VAT' },
    ...{ tax_rate_ppm: 190_000, period_start: FROM, period_end: TO, trace: '{}' },
  })
  await Service.query(trx)
    .findById(service.id)
    .patch({ period_index: 1, next_period_on: TO, charged_through: TO, updated_at: at })
}

/** A journal closes over postings that are there already: they must sum to zero. */
async function insertBooks(trx: Transaction, invoice: Invoice): Promise<void> {
  const { brand_id, client_id, currency } = invoice
  const id = newId('jrn')
  const sums = {
    receivable: Number(invoice['total_minor']),
    income: -Number(invoice['subtotal_minor']),
    'tax:VAT': -Number(invoice['tax_minor']),
  }
  for (const [n, [account, amount_minor]] of Object.entries(sums).entries())
    await Posting.query(trx).insert({
      ...{ journal_id: id, position: n + 1, brand_id, client_id, account, currency, amount_minor },
    })
  await Journal.query(trx).insert({
    ...{ id, brand_id, kind: 'invoice_issued', source_id: invoice.id, currency },
    ...{ effective_on: ISSUED, created_at: systemClock.now() },
  })
}

async function insertHistory(trx: Transaction, invoice: Invoice): Promise<void> {
  const { brand_id, client_id } = invoice
  const shared = {
    subject: invoice.id,
    actor: 'system:bench',
    brand_id,
    client_id,
    occurred_at: systemClock.now(),
  }
  const told = JSON.stringify({ id: invoice.id, number: invoice['number'], total: invoice['total_minor'] })
  await Event.query(trx).insert({
    id: newId('evt'),
    type: 'invoice.issued',
    version: 1,
    body: told,
    ...shared,
  })
  await Audit.query(trx).insert({ id: newId('aud'), action: 'invoice.issue', after_state: told, ...shared })
}
