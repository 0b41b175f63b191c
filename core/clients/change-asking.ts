import type { Asking } from '../records/index.ts'
import type { Client } from './rows.ts'

type Known = Pick<
  Client,
  'id' | 'version' | 'brand_id' | 'status' | 'kind' | 'country' | 'currency' | 'email'
>

/**
 * What plugins are asked before the record of a client changes, given as it would be. They learn which fields change, and
 * of the values what they learn of a new client; of the address only where its mail goes.
 */
export function changeAsking(
  { id, version, brand_id, status, kind, country, currency, email }: Known,
  changed: readonly string[],
): Asking {
  const row = { id, version, brand_id, client_id: id }
  const email_host = email.slice(email.lastIndexOf('@') + 1).toLowerCase()
  const facts = {
    changed: changed.filter((column) => column !== 'search_text'),
    ...{ kind, country, currency, email_host },
  }
  return { noun: 'client', transition: 'change', from: status, to: status, row, facts }
}
