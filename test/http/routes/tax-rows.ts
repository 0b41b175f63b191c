import { sql } from '../../../core/db/index.ts'
import { makeSeller } from '../../support/make.ts'
import type { TestMeans } from '../../support/means.ts'
import type { WorldIds } from '../admin/fill-desk.ts'

/** A tax id that nobody has asked about, and a certificate with its paper: that of the service. */
export async function makeTaxFacts(means: TestMeans, ids: WorldIds): Promise<string> {
  const { db } = means
  const now = means.business.now()
  await db.run(sql`update clients set tax_id = 'X0' where id = ${ids.client}`)
  const file = await db.get<{ value: string }>(sql`select value from service_fields where label = 'Paper'`)
  await db.insert('settings', [
    {
      ...{ scope: 'installation', scope_id: '', key: 'billing.e_invoice', value: '"offer"' },
      ...{ updated_by: 'usr_staff', updated_at: now },
    },
  ])
  const id = means.newId('txe')
  const facts = {
    client_id: ids.client,
    number: 'X-0',
    authority: 'Finanzamt',
    country: 'FR',
    tax_classes: '[]',
  }
  const times = { starts_on: '2026-01-01', created_at: now, updated_at: now }
  await db.insert('tax_exemptions', [{ id, ...facts, file_id: file!.value, ...times }])
  return id
}

/** A document in rupiah of a seller that no brand sells for: a copy of one that is paid. */
export async function makeFaktur(means: TestMeans, ids: WorldIds): Promise<string> {
  const { db } = means
  const seller = await makeSeller(means, { country: 'ID', tax_id: '01.234.567.4-091.000' })
  const paid = await db.get(sql`select * from invoices where id = ${ids.paid}`)
  const line = await db.get(sql`select * from invoice_lines where invoice_id = ${ids.paid}`)
  const id = means.newId('inv')
  const buyer = {
    name: 'Sari',
    email: 's@client.example',
    address_1: 'Jl. 7',
    city: 'Jakarta',
    tax_id: '3171014107900001',
  }
  const sums = { subtotal_minor: 10_000_000n, tax_minor: 1_100_000n, total_minor: 11_100_000n }
  const of = {
    seller_id: seller.id,
    client_id: ids.otherClient,
    currency: 'IDR',
    buyer: JSON.stringify(buyer),
  }
  await db.insert('invoices', [{ ...paid, id, number: 'ID-1', ...of, ...sums, file_id: null }])
  const taxes = [
    {
      name: 'PPN',
      rate_ppm: 120_000,
      level: 1,
      tax_minor: '1100000',
      base: { numerator: 11, denominator: 12 },
    },
  ]
  const amounts = {
    unit_minor: 10_000_000n,
    amount_minor: 10_000_000n,
    net_minor: 10_000_000n,
    tax_minor: 1_100_000n,
  }
  const copy = {
    id: means.newId('inl'),
    invoice_id: id,
    charge_id: null,
    live_charge_id: null,
    quantity: 1,
    ...amounts,
  }
  await db.insert('invoice_lines', [{ ...line, ...copy, trace: JSON.stringify({ taxes }) }])
  const row = {
    invoice_id: id,
    tax_name: 'PPN',
    rate_ppm: 120_000,
    net_minor: 9_166_700n,
    tax_minor: 1_100_000n,
  }
  await db.insert('invoice_taxes', [row])
  return seller.id
}
