import { steadyMs } from '../../kernel/index.ts'

const MINUTE_MS = 60_000
const KEPT_MAX = 10_000
const MIB = 1024 * 1024

/** In a minute. An address has less than an instance, so that one stranger does not keep a provider's events out. */
const MOST = { refusals: 60, events: 600, eventsOfAddress: 120, bytes: 16 * MIB }

/** What may be written down at the word of those whose signature is wrong, or whom no signature vouches for. */
export interface StrangerBudget {
  /** Whether one more refusal of the instance is written down. */
  refusal(instance: string): boolean
  /** Whether one more event without a signature is stored. */
  event(instance: string, address: string, bytes: number): boolean
}

interface Minute {
  since: number
  times: number
  bytes: number
}

/** Anybody who knows the address of an instance could fill the database otherwise. */
export function strangerBudget(ms: () => number = steadyMs): StrangerBudget {
  const minutes = new Map<string, Minute>()
  const minuteOf = (key: string): Minute => {
    const now = ms()
    const known = minutes.get(key)
    if (known && now - known.since < MINUTE_MS) return known
    if (minutes.size >= KEPT_MAX) minutes.clear()
    const begun = { since: now, times: 0, bytes: 0 }
    minutes.set(key, begun)
    return begun
  }
  return {
    refusal: (instance) => ++minuteOf(`refusal ${instance}`).times <= MOST.refusals,
    event(instance, address, bytes) {
      if (++minuteOf(`address ${instance} ${address}`).times > MOST.eventsOfAddress) return false
      const all = minuteOf(`event ${instance}`)
      if (all.times >= MOST.events || all.bytes + bytes > MOST.bytes) return false
      all.times++
      all.bytes += bytes
      return true
    },
  }
}
