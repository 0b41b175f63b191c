import type { IncomingMessage } from 'node:http'

const MIB = 1024 * 1024

/** What bodies that are being read may take together. */
const HELD_MAX = 128 * MIB

export interface HeldBody {
  /** So many bytes more have come. */
  add(bytes: number): void
  /** It was read or given up. */
  end(): void
}

interface Held {
  request: Pick<IncomingMessage, 'destroy'>
  bytes: number
}

/**
 * Holds the bodies of requests while they arrive. Whoever opens many, sends almost all of each and then nothing would
 * fill the memory; so where they are too much together, the one that was begun first is cut off: of those who mean it
 * hardly any is as slow.
 */
export function bodyShelf(most = HELD_MAX): (request: Held['request']) => HeldBody {
  const open = new Set<Held>()
  let total = 0
  const take = (held: Held) => {
    if (open.delete(held)) total -= held.bytes
  }
  return (request) => {
    const held: Held = { request, bytes: 0 }
    open.add(held)
    return {
      add(bytes) {
        if (!open.has(held)) return
        held.bytes += bytes
        total += bytes
        while (total > most) {
          const oldest = open.values().next().value!
          take(oldest)
          oldest.request.destroy(new Error('Its body came too slowly.'))
        }
      },
      end: () => take(held),
    }
  }
}
