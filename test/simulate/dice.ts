/** Chance from one seed: the same seed throws the same dice, in every run and on every machine. */
export interface Dice {
  /** From 0 to below 1. */
  fraction(): number
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number
  chance(share: number): boolean
  pick<T>(from: readonly T[]): T
  /** The same things in another order. */
  shuffled<T>(things: readonly T[]): T[]
  /** Dice of its own for a part of the story, so that more throws there leave the others as they are. */
  fork(name: string): Dice
  fill(bytes: Uint8Array): void
}

export function dice(seed: string): Dice {
  const next = mulberry32(hashOf(seed))
  const whole = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return {
    fraction: next,
    whole,
    chance: (share) => next() < share,
    pick: (from) => from[whole(0, from.length - 1)]!,
    shuffled: (things) => {
      const order = [...things]
      for (let i = order.length - 1; i > 0; i--) {
        const j = whole(0, i)
        ;[order[i], order[j]] = [order[j]!, order[i]!]
      }
      return order
    },
    fork: (name) => dice(`${seed}/${name}`),
    fill: (bytes) => {
      for (let i = 0; i < bytes.length; i++) bytes[i] = whole(0, 255)
    },
  }
}

/** FNV-1a, enough to spread seeds that are alike. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
