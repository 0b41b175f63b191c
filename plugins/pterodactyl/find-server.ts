import type { ServiceTarget } from '../../sdk/index.ts'
import { PanelRefusal, type Panel } from './panel.ts'
import type { Item, Server } from './records.ts'

const PARTS = 'include=allocations,user'

/** The server of a service: by the panel's id while it is ours, else by our own. */
export async function findServer(panel: Panel, service: ServiceTarget): Promise<Server | undefined> {
  const { remote_id: id, external_id: externalId } = service
  if (id !== undefined && /^\d+$/.test(id)) {
    const known = await found(panel, `/servers/${id}?${PARTS}`)
    if (known !== undefined && (known.external_id === null || known.external_id === externalId)) return known
  }
  return findByExternalId(panel, externalId)
}

export function findByExternalId(panel: Panel, externalId: string): Promise<Server | undefined> {
  return found(panel, `/servers/external/${encodeURIComponent(externalId)}?${PARTS}`)
}

async function found(panel: Panel, path: string): Promise<Server | undefined> {
  return (await unlessAbsent(panel.call<Item<Server>>('GET', path)))?.attributes
}

/** Undefined where the panel answers 404. */
export async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof PanelRefusal && error.status === 404) return undefined
    throw error
  }
}
