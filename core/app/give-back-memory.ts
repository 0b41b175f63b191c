import { performance, type EventLoopUtilization } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { Part } from './areas.ts'

const LOOK_MS = 10_000
/** Of the time between two looks. Pumps and pings alone take less. */
const QUIET_SHARE = 0.05
/** What has come since the last collection is worth another one: these bytes, and a part of a heap that takes longer. */
const WORTH_BYTES = 8 * 1_048_576
const WORTH_SHARE = 0.25

/**
 * V8 collects when a program asks for more memory, so a quiet one keeps what its start and its last work left behind.
 * Once nothing has happened for a while, this thread's heap is collected and its empty pages go back to the system.
 * `bin/berth` allows it (`--expose-gc`); without, nothing happens.
 */
export function giveBackMemory(lookMs = LOOK_MS): Part {
  let timer: NodeJS.Timeout | undefined
  let since: EventLoopUtilization
  let kept = 0
  const look = () => {
    const { utilization } = performance.eventLoopUtilization(since)
    if (
      utilization < QUIET_SHARE &&
      getHeapStatistics().used_heap_size > kept * (1 + WORTH_SHARE) + WORTH_BYTES
    ) {
      globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
      kept = getHeapStatistics().used_heap_size
    }
    since = performance.eventLoopUtilization()
  }
  return {
    start() {
      since = performance.eventLoopUtilization()
      if (globalThis.gc) timer = setInterval(look, lookMs).unref()
      return Promise.resolve()
    },
    stop() {
      clearInterval(timer)
      return Promise.resolve()
    },
  }
}
