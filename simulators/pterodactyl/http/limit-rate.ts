import { refusal } from './refusals.ts'

const MINUTE_MS = 60_000

/** Calls a minute for each owner of keys. */
export interface RateLimits {
  application: number
  client: number
}

export type LimitRate = (api: keyof RateLimits, owner: number) => Record<string, string>

/** Counts calls in minutes of the handed clock that begin with the first call. Returns the headers to send. */
export function createRateLimiter(clock: () => number, limits: RateLimits): LimitRate {
  const windows = new Map<string, { endsAt: number; calls: number }>()
  return (api, owner) => {
    const now = clock()
    const name = `${api}:${owner}`
    let window = windows.get(name)
    if (!window || now >= window.endsAt) {
      window = { endsAt: now + MINUTE_MS, calls: 0 }
      windows.set(name, window)
    }
    window.calls += 1
    const headers = {
      'X-RateLimit-Limit': String(limits[api]),
      'X-RateLimit-Remaining': String(Math.max(0, limits[api] - window.calls)),
    }
    if (window.calls <= limits[api]) return headers
    const wait = Math.ceil((window.endsAt - now) / 1000)
    const reset = Math.ceil(window.endsAt / 1000)
    throw refusal('too_many_requests', {
      headers: { ...headers, 'Retry-After': String(wait), 'X-RateLimit-Reset': String(reset) },
    })
  }
}
