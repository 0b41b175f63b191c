import { LOG_LINES_PER_MINUTE } from './limits.ts'
import type { PluginLog } from './ports.ts'

const MINUTE_MS = 60_000

export interface LineBudgetMeans {
  steadyMs(): number
  log: PluginLog
  /** Runs it after so long, in a process that may end before; absent: by a timer. */
  later?(run: () => void, ms: number): void
}

/** Admits so many lines a minute for each instance, and tells how many it did not when the minute is over. */
export interface LineBudget {
  /** `stands`: for how many lines this one counts when it is dropped. */
  admit(instance: string, stands?: number): boolean
  /** Tells what was dropped so far: nothing more comes. */
  stop(): void
}

const soon = (run: () => void, ms: number) => void setTimeout(run, ms).unref()

interface Minute {
  since: number
  lines: number
  dropped: number
}

export function createLineBudget({ steadyMs, log, later = soon }: LineBudgetMeans): LineBudget {
  const minutes = new Map<string, Minute>()
  const tell = (instance: string, minute: Minute) => {
    const { dropped } = minute
    minute.dropped = 0
    if (dropped > 0)
      log.incident({ kind: 'lines_dropped', instance, detail: `${dropped} lines were dropped.` })
  }
  const minuteOf = (instance: string): Minute => {
    const known = minutes.get(instance)
    if (known !== undefined && steadyMs() - known.since < MINUTE_MS) return known
    if (known !== undefined) tell(instance, known)
    const minute = { since: steadyMs(), lines: 0, dropped: 0 }
    minutes.set(instance, minute)
    return minute
  }
  return {
    admit(instance, stands = 1) {
      const minute = minuteOf(instance)
      if (++minute.lines <= LOG_LINES_PER_MINUTE) return true
      if (minute.dropped === 0) later(() => tell(instance, minute), MINUTE_MS - (steadyMs() - minute.since))
      minute.dropped += stands
      return false
    },
    stop() {
      for (const [instance, minute] of minutes) tell(instance, minute)
    },
  }
}
