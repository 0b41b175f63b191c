import type { Asking } from '../records/index.ts'

export interface TermsOf {
  id: string
  version: number
  brand_id: string
}

/** What plugins are asked before a client has other terms than its brand or group. The subject is the client. */
export function termsAsking({ id, version, brand_id }: TermsOf, keys: readonly string[]): Asking {
  const row = { id, version, brand_id, client_id: id }
  const facts = { settings: keys.toSorted() }
  return { noun: 'client', transition: 'change_terms', from: 'own', to: 'own', row, facts }
}
