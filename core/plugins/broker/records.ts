import type { PluginScope } from '../ports.ts'
import type { AskingCall } from './asking-call.ts'
import { denied, Refusal } from './refusal.ts'

/** What the call is about: "current" reaches these records and those of this client, nothing else. */
export interface CallSubject {
  subject: string | null
  clientId: string | null
}

/** Taken from core's own input for the call, never from what the plugin says. */
export function subjectOf(input: unknown): CallSubject {
  const facts = (typeof input === 'object' && input !== null ? input : {}) as Facts
  return {
    subject: facts.subject ?? facts.record ?? facts.service?.external_id ?? null,
    clientId:
      facts.client_id ?? facts.client?.id ?? facts.viewer?.client_id ?? facts.service?.client?.id ?? null,
  }
}

interface Facts {
  subject?: string
  record?: string
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
  const { subject, clientId } = call.about
  const current = id === subject || id === clientId || (clientId !== null && found.clientId === clientId)
  return reach === 'all' || current ? found.value : null
}

function reachOf(call: AskingCall, scope: string): 'current' | 'all' {
  const granted = call.manifest.permissions?.data ?? []
  if (granted.includes(`${scope}:all`)) return 'all'
  if (granted.includes(`${scope}:current`)) return 'current'
  throw denied(`The data scope "${scope}" is not declared.`)
}

export type Scopes = ReadonlyMap<string, PluginScope>
