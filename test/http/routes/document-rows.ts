import { createBillable, createInvoiceLink, createText } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { staffActor } from '../../support/make.ts'
import type { TestMeans } from '../../support/means.ts'

/** A billable item, a text and a secret address of the shop. */
export async function makeDocumentRows(
  means: TestMeans,
  ids: { brand: string; client: string; overdue: string; paid: string },
) {
  const line = {
    description: 'Care 0',
    basis: 'amount',
    quantity: '1',
    unit_minor: '1',
    tax_class: 'standard',
  }
  const item = { client_id: ids.client, name: 'Care', timing: 'day', cycle: '1m', on: '2030-01-01' }
  const billable = await createBillable(means, { ...item, lines: [line] }, staffActor())
  const text = { name: 'Thanks', kind: 'invoice', country: null, situation: 'any', locale: null }
  const documentText = await createText(
    means,
    { ...text, brand_id: ids.brand, body: 'Thank you', position: 1 },
    staffActor(),
  )
  const { id, url } = await createInvoiceLink(means, { invoice_id: ids.overdue, days: 365 }, staffActor())
  const ofPaid = await createInvoiceLink(means, { invoice_id: ids.paid, days: 365 }, staffActor())
  await means.db.run(sql`update document_texts set country = 'ZZ' where id = ${documentText}`)
  // The first look at an address is written down: all of these are later ones.
  await means.db.run(sql`update invoice_links set opened_at = ${means.clock.now()}`)
  const tokenOf = (address: string) => address.split('/').at(-1)!
  return { billable, documentText, invoiceLink: id, payToken: tokenOf(url), paidToken: tokenOf(ofPaid.url) }
}
