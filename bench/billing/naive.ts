import knex from 'knex'
import { Model } from 'objection'
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
class Charge extends Row {
  static override tableName = 'charges'
}
class Invoice extends Row {
  static override tableName = 'invoices'
}
class Line extends Row {
  static override tableName = 'invoice_lines'
}

/**
 * The comparison: what one writes first. For each due service load it, load its client, insert charge, invoice and line
 * through the ORM, move the service on; no ledger, no events, no audit, a transaction each. Answers CPU seconds.
 */
export async function naiveLoop(file: string, services: number): Promise<number> {
  const db = knex({ client: 'better-sqlite3', connection: { filename: file }, useNullAsDefault: true })
  await db.raw('pragma journal_mode = wal')
  await db.raw('pragma synchronous = normal')
  for (const model of [Service, Client, Charge, Invoice, Line]) model.knex(db)
  const newId = idMaker(systemClock)
  const due = await Service.query().select('id').limit(services)
  const before = process.cpuUsage()
  for (const { id } of due) await billOne(id, newId)
  const { user, system } = process.cpuUsage(before)
  await db.destroy()
  return (user + system) / 1e6
}

async function billOne(id: string, newId: ReturnType<typeof idMaker>): Promise<void> {
  await Service.transaction(async (trx) => {
    const service = await Service.query(trx).findById(id).throwIfNotFound()
    const client = await Client.query(trx)
      .findById(service['client_id'] as string)
      .throwIfNotFound()
    const at = systemClock.now()
    const [charge, invoice] = [newId('chg'), newId('inv')]
    await Charge.query(trx).insert({
      id: charge,
      brand_id: client['brand_id'],
      client_id: client.id,
      source_id: id,
      kind: 'recurring',
      period_start: '2026-01-20',
      period_end: '2026-02-20',
      cause: 'naive',
      currency: 'EUR',
      amount_minor: 599,
      created_at: at,
    })
    await Invoice.query(trx).insert({
      id: invoice,
      brand_id: client['brand_id'],
      client_id: client.id,
      seller_id: 'x',
      kind: 'invoice',
      status: 'draft',
      currency: 'EUR',
      origin: 'renewal',
      due_on: '2026-01-20',
      subtotal_minor: 599,
      tax_minor: 114,
      total_minor: 713,
      seller: '{}',
      buyer: '{}',
      evidence: '{}',
      prices_include_tax: 0,
      locale: 'en',
      version: 1,
      created_at: at,
      updated_at: at,
    })
    await Line.query(trx).insert({
      id: newId('inl'),
      invoice_id: invoice,
      position: 1,
      charge_id: charge,
      live_charge_id: charge,
      source_id: id,
      kind: 'recurring',
      description: 'Hosting',
      quantity: 1,
      unit_minor: 599,
      amount_minor: 599,
      net_minor: 599,
      tax_minor: 114,
      tax_class: 'standard',
      tax_name: 'VAT',
      tax_rate_ppm: 190_000,
      period_start: '2026-01-20',
      period_end: '2026-02-20',
      trace: '{}',
    })
    await Service.query(trx)
      .findById(id)
      .patch({ period_index: 1, next_period_on: '2026-02-20', charged_through: '2026-02-20', updated_at: at })
  })
}
