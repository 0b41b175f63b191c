import type { PluginContext } from '../../sdk/index.ts'
import { permanent, type Failure } from './failures.ts'
import { PanelRefusal, PanelSilent } from './panel.ts'

interface Kept {
  key: string
  /** "sent" until the panel has answered. */
  step: 'sent' | 'done'
}

/**
 * The panel takes no keys, and a restart that is sent twice happens twice: what was sent for a key is written down
 * first. Asked again with the same key it is not sent again; without an answer of the panel nobody knows what became
 * of it, which is said rather than guessed.
 */
export async function once(
  { storage }: Pick<PluginContext, 'storage'>,
  { service, key }: { service: string; key: string },
  send: () => Promise<void>,
): Promise<Failure | undefined> {
  const at = placeOf(service)
  const kept = (await storage.get(at))?.value as Kept | undefined
  if (kept?.key === key) return kept.step === 'done' ? undefined : UNKNOWN
  await storage.set(at, { key, step: 'sent' } satisfies Kept)
  try {
    await send()
  } catch (error) {
    // Who was refused may ask again with the same key; who heard nothing may not.
    if (error instanceof PanelSilent || (error instanceof PanelRefusal && error.status >= 500)) return UNKNOWN
    await storage.remove(at)
    throw error
  }
  await storage.set(at, { key, step: 'done' } satisfies Kept)
  return undefined
}

/** Where the newest act of a service is kept; goes with its server. */
export const placeOf = (service: string): string => `act/${service}`

const UNKNOWN = permanent(
  'unanswered',
  'The panel was told and did not answer. Look at the server before asking again.',
)
