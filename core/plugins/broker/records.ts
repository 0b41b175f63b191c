import type { PluginScope } from '../ports.ts'
import type { AskingCall } from './asking-call.ts'
import { denied, Refusal } from './refusal.ts'

/** What the call is about: "current" reaches these records and those of this client, nothing else. */
export interface CallSubject {
  records: readonly string[]
  clientId: string | null
}

/** Taken from core's own input for the call, never from what the plugin says. */
export function subjectOf(input: unknown): CallSubject {
  const facts = (typeof input === 'object' && input !== null ? input : {}) as Facts
  const clientId =
    facts.client_id ?? facts.client?.id ?? facts.viewer?.client_id ?? facts.service?.client?.id ?? null
  const { subject, record, service, payment_id, product_id } = facts
  const named = [subject, record, service?.external_id, payment_id, product_id, clientId]
  return { records: named.filter((id) => typeof id === 'string'), clientId }
}

interface Facts {
  subject?: string
  record?: string
  payment_id?: string
  product_id?: string
  viewer?: { client_id?: string }
  client_id?: string | null
  client?: { id: string }
  service?: { external_id?: string; client?: { id: string } }
}

/** Answers the fields of a scope, or null where there is no such record, or none within reach: both look alike. */
export async function readRecord(
  call: AskingCall,
  { scope, id }: { scope: string; id: string },
): Promise<unknown> {
  const reach = reachOf(call, scope)
  const known = call.scopes.get(scope)
  if (!known) throw new Refusal('E_INVALID', `There is no data scope "${scope}".`)
  const found = await known.read(id)
  if (!found) return null
  const reached = reach === 'all' ? isOfBrand(call, found) : isCurrent(call, id, found.clientId)
  return reached ? found.value : null
}

/** "all" is all of the brand that the instance was set up for. */
export const isOfBrand = (call: AskingCall, { brandId }: { brandId: string | null }): boolean =>
  call.brandId === null || brandId === null || brandId === call.brandId

export const isCurrent = ({ about: { records, clientId } }: AskingCall, id: string, owner: string | null) =>
  records.includes(id) || (clientId !== null && owner === clientId)

/**
 * The record beside which something is kept: one that the call is about, or that a granted scope lets the plugin read.
 * One out of reach answers like one that there is not.
 */
export async function recordWithin(call: AskingCall, id: string): Promise<string> {
  const found = await call.findRecord(id)
  if (found && (call.about.records.includes(id) || isReadable(call, id, found))) return id
  throw new Refusal('E_INVALID', `There is no record "${id}" that this call may keep something beside.`)
}

function isReadable(call: AskingCall, id: string, found: Found): boolean {
  if (call.upgrades) return true
  const { noun, clientId } = found
  const reaches = (call.manifest.permissions?.data ?? [])
    .filter((scope) => scope.startsWith(`${noun}.read:`))
    .map((scope) => scope.split(':').at(-1))
  return (
    (reaches.includes('all') && isOfBrand(call, found)) ||
    (reaches.includes('current') && isCurrent(call, id, clientId))
  )
}

type Found = NonNullable<Awaited<ReturnType<AskingCall['findRecord']>>>

export function reachOf(call: AskingCall, scope: string): 'current' | 'all' {
  const granted = call.manifest.permissions?.data ?? []
  if (granted.includes(`${scope}:all`)) return 'all'
  if (granted.includes(`${scope}:current`)) return 'current'
  throw denied(`The data scope "${scope}" is not declared.`)
}

export type Scopes = ReadonlyMap<string, PluginScope>
