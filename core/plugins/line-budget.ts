import { LOG_LINES_PER_MINUTE } from './limits.ts'
import type { PluginLog } from './ports.ts'

const MINUTE_MS = 60_000

/** Admits so many lines a minute for each instance. What is dropped is counted and told once the minute is over. */
export function createLineBudget(steadyMs: () => number, log: PluginLog): (instance: string) => boolean {
  const minutes = new Map<string, { since: number; lines: number }>()
  return (instance) => {
    const now = steadyMs()
    const minute = minutes.get(instance)
    if (minute !== undefined && now - minute.since < MINUTE_MS) return ++minute.lines <= LOG_LINES_PER_MINUTE
    const dropped = (minute?.lines ?? 0) - LOG_LINES_PER_MINUTE
    if (dropped > 0)
      log.incident({ kind: 'lines_dropped', instance, detail: `${dropped} lines were dropped.` })
    minutes.set(instance, { since: now, lines: 1 })
    return true
  }
}
