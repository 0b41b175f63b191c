import type { Action, ServiceReport } from '../../../sdk/index.ts'
import { BerthError } from '../../kernel/index.ts'
import type { ProviderMeans } from '../ports.ts'
import type { ServiceRow } from '../rows.ts'
import { askThere, ownActions } from './ask-there.ts'
import { offers } from './offered.ts'

/** What stands at the provider and forms choose from. What could not be asked now is null. */
export interface There {
  images: { key: string; label: string }[] | null
  snapshots: ShownSnapshot[] | null
  names: ServiceReport['names'] | null
  addresses: ServiceReport['addresses'] | null
  own: Action[] | null
}

export interface ShownSnapshot {
  reference: string
  name: string
  created_at: string
  bytes?: number
  state: 'ready' | 'creating' | 'failed'
}

export type Part = 'images' | 'snapshots' | 'report' | 'own'

/** Asks for the parts at once, of what the plugin offers; a page waits for no more than its deadline. */
export async function readThere(
  means: ProviderMeans,
  service: ServiceRow,
  parts: readonly Part[],
  side: 'client' | 'staff',
): Promise<There> {
  const read = async <T>(part: Part, operation: string, ask: () => Promise<T>): Promise<T | null> => {
    if (!parts.includes(part) || !offers(means, service, operation)) return null
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof BerthError)) throw error
      means.log.warn(
        { service: service.id, operation, error: error.message },
        'A provider could not be asked',
      )
      return null
    }
  }
  const ask = <T>(operation: string) => askThere<T>(means, service, { operation, deadline: 'page' })
  const [images, snapshots, report, own] = await Promise.all([
    read('images', 'list_images', () => ask<{ images: There['images'] }>('list_images')),
    read('snapshots', 'list_snapshots', () => ask<{ snapshots: ShownSnapshot[] }>('list_snapshots')),
    read('report', 'describe', () => ask<ServiceReport>('describe')),
    read('own', 'list_actions', () => ownActions(means, service, side)),
  ])
  return {
    images: images?.images ?? null,
    snapshots: snapshots?.snapshots ?? null,
    names: report?.names ?? null,
    addresses: report?.addresses ?? null,
    own,
  }
}
