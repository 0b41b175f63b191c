import type { FoundMethods, SavedMethod } from '../../../sdk/index.ts'
import type { WantedMethod } from './read-takeover.ts'

/** What becomes of a method, or why a line cannot be taken. */
export type Verdict =
  | 'fits'
  | 'held'
  | 'removed'
  | 'held_by_other'
  | 'repeated'
  | 'incomplete'
  | 'client_unknown'
  | 'client_ambiguous'
  | 'client_has_other'
  | 'customer_of_other'
  | 'customer_unknown'
  | 'no_method'

export interface PlannedMethod {
  line: number
  verdict: Verdict
  clientId: string | null
  clientName: string | null
  customer: string
  /** As the gateway knows its customer, for staff to compare. */
  email: string | null
  method: SavedMethod | null
}

export interface KnownClient {
  id: string
  name: string
  email: string
}

/** What we know before the gateway is asked. */
export interface Known {
  clients: readonly KnownClient[]
  /** Customers of this gateway that are a client's already. */
  customers: readonly { client_id: string; reference: string }[]
  /** Methods of this gateway that we have or had. */
  methods: readonly { client_id: string; reference: string; removed_at: string | null }[]
}

/** Pure: one row for each method that was found, or one that says why a line brings none. */
export function planTakeover(
  wanted: readonly WantedMethod[],
  answers: ReadonlyMap<number, FoundMethods['answers'][number]>,
  known: Known,
): PlannedMethod[] {
  const taken = new Set<string>()
  const owners = new Map(known.customers.map((row) => [row.reference, row.client_id]))
  const customers = new Map(known.customers.map((row) => [row.client_id, row.reference]))
  return wanted.flatMap((row) => {
    const clients = clientsOf(known.clients, row.client)
    const client = clients.length === 1 ? clients[0]! : null
    const answer = answers.get(row.line)
    const email = answer?.outcome === 'found' ? (answer.email ?? null) : null
    const planned = (verdict: Verdict, method: SavedMethod | null = null): PlannedMethod => ({
      ...{ line: row.line, verdict, clientId: client?.id ?? null, clientName: client?.name ?? null },
      ...{ customer: row.customer, email, method },
    })
    if (row.client === '' || row.customer === '') return [planned('incomplete')]
    if (!client) return [planned(clients.length === 0 ? 'client_unknown' : 'client_ambiguous')]
    if ((owners.get(row.customer) ?? client.id) !== client.id) return [planned('customer_of_other')]
    if ((customers.get(client.id) ?? row.customer) !== row.customer) return [planned('client_has_other')]
    if (answer?.outcome !== 'found') return [planned('customer_unknown')]
    owners.set(row.customer, client.id)
    customers.set(client.id, row.customer)
    if (answer.methods.length === 0) return [planned('no_method')]
    return answer.methods.map((method) => {
      const held = known.methods.find(({ reference }) => reference === method.reference)
      if (held) return planned(heldAs(held, client.id), method)
      if (taken.has(method.reference)) return planned('repeated', method)
      taken.add(method.reference)
      return planned('fits', method)
    })
  })
}

function heldAs(held: Known['methods'][number], clientId: string): Verdict {
  if (held.client_id !== clientId) return 'held_by_other'
  return held.removed_at === null ? 'held' : 'removed'
}

const clientsOf = (clients: readonly KnownClient[], wanted: string): KnownClient[] =>
  clients.filter(({ id, email }) => id === wanted || email.toLowerCase() === wanted.toLowerCase())
