import type { TestMeans } from '../../support/means.ts'

/** A service that is offered to the address of the client's own user. */
export async function makeTransfer(
  means: TestMeans,
  ids: { brand: string; client: string; service: string; user: string },
  email: string,
): Promise<string> {
  const id = means.newId('trf')
  const now = means.business.now()
  const of = { brand_id: ids.brand, client_id: ids.client, service_id: ids.service }
  const to = { to_email: email, to_email_key: email.toLowerCase(), status: 'offered', prices: 'list' }
  const until = { offered_by: ids.user, expires_at: '2030-01-01T00:00:00.000Z' }
  await means.db.insert('service_transfers', [
    { id, ...of, ...to, ...until, version: 1, created_at: now, updated_at: now },
  ])
  return id
}
