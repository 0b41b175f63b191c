import { newSecretToken } from '../../../core/identity/secret-token.ts'
import type { TestMeans } from '../../support/means.ts'

/** A billable item, a text, a letter, a request of a plugin and secret addresses of the shop, as rows: they leave nothing in the audit log. */
export async function makeDocumentRows(
  means: TestMeans,
  ids: { brand: string; client: string; instance: string; overdue: string; paid: string },
) {
  const { db } = means
  const now = means.business.now()
  const stamps = { version: 1, created_at: now, updated_at: now }
  const [billable, documentText] = [means.newId('bli'), means.newId('dtx')]
  await db.insert('billable_items', [
    {
      ...{ id: billable, brand_id: ids.brand, client_id: ids.client, currency: 'EUR', name: 'Care' },
      ...{ timing: 'day', cycle: '1m', anchor_on: '2030-01-01', next_on: '2030-01-01', status: 'active' },
      ...stamps,
    },
  ])
  await db.insert('billable_lines', [
    {
      ...{ item_id: billable, position: 1, description: 'Care 0', basis: 'amount', quantity_milli: 1_000 },
      ...{ unit_minor: 1n, amount_minor: 1n, tax_class: 'standard' },
    },
  ])
  await db.insert('document_texts', [
    {
      ...{ id: documentText, brand_id: ids.brand, name: 'Thanks', kind: 'invoice', country: 'ZZ' },
      ...{ situation: 'any', body: 'Thank you', position: 1, ...stamps },
    },
  ])
  const link = (invoice_id: string) => {
    const { token, hash } = newSecretToken()
    // The first look at an address is written down: all of these are later ones.
    const row = {
      ...{ id: means.newId('lnk'), brand_id: ids.brand, client_id: ids.client, invoice_id, token_hash: hash },
      ...{ expires_at: '2099-01-01T00:00:00.000Z', opened_at: now, created_by: 'test', created_at: now },
    }
    return { token, row }
  }
  const [open, paid] = [link(ids.overdue), link(ids.paid)]
  await db.insert('invoice_links', [open.row, paid.row])
  const letter = means.newId('let')
  await db.insert('letters', [
    {
      ...{ id: letter, brand_id: ids.brand, client_id: ids.client, invoice_id: ids.paid },
      ...{ status: 'waiting', ...stamps },
    },
  ])
  const pluginRequest = means.newId('prq')
  await db.insert('plugin_requests', [
    {
      ...{ id: pluginRequest, instance_id: ids.instance, plugin_id: 'test', brand_id: ids.brand },
      ...{ client_id: ids.client, scope: 'client.write:billable_item', record_id: ids.client },
      ...{ reference: 'one', body: '{"description":"Migration"}', currency: 'EUR', amount_minor: 900n },
      ...{ status: 'waiting', ...stamps },
    },
  ])
  return {
    pluginRequest,
    letter,
    billable,
    documentText,
    invoiceLink: open.row.id,
    payToken: open.token,
    paidToken: paid.token,
  }
}
