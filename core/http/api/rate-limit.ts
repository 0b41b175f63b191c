import { TooManyAttempts } from '../../identity/index.ts'
import { instant, type Clock } from '../../kernel/index.ts'
import type { Ctx } from '../context.ts'

const WINDOW_MS = 60_000
const SUBJECTS_MAX = 10_000

/** Counts requests of a minute by key or address, in this process. Answers what to tell, or throws 429. */
export function requestLimit(clock: Clock, most: number) {
  const windows = new Map<string, { endsAt: number; requests: number }>()
  return (ctx: Ctx, subject: string): void => {
    const now = clock.ms()
    let window = windows.get(subject)
    // One that ends later than any begun now was begun before the clock was set back.
    if (!window || window.endsAt <= now || window.endsAt > now + WINDOW_MS) {
      if (windows.size >= SUBJECTS_MAX) dropEnded(windows, now)
      windows.set(subject, (window = { endsAt: now + WINDOW_MS, requests: 0 }))
    }
    window.requests++
    const seconds = Math.ceil((window.endsAt - now) / 1000)
    ctx.set({
      'RateLimit-Limit': String(most),
      'RateLimit-Remaining': String(Math.max(0, most - window.requests)),
      'RateLimit-Reset': String(seconds),
    })
    if (window.requests > most) throw TooManyAttempts({ works_again_at: instant(window.endsAt), seconds })
  }
}

function dropEnded(windows: Map<string, { endsAt: number }>, now: number): void {
  for (const [subject, { endsAt }] of windows) if (endsAt <= now) windows.delete(subject)
  // Ten thousand within a minute: whoever they are, the oldest start anew.
  if (windows.size >= SUBJECTS_MAX) windows.delete(windows.keys().next().value!)
}
