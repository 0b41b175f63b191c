/** What a call takes of the processor, in its isolate and in what this process answers beside it. */
export interface CpuMeter {
  /** A start or a call begins. `isolateMs`: what the isolate took by itself, ever. */
  begin(isolateMs: number): void
  /** Runs what this process's own thread answers, which the engine does not count. */
  beside<T>(act: () => T): T
  /** Since it began. */
  spentMs(isolateMs: number): number
}

export interface CpuClocks {
  /** Never jumps. */
  ms(): number
  /** What this thread took of the processor, ever. The system tells it in steps of some milliseconds. */
  threadMs(): number
}

const system: CpuClocks = {
  ms: () => performance.now(),
  threadMs() {
    const { user, system: kernel } = process.threadCpuUsage()
    return (user + kernel) / 1_000
  },
}

/**
 * A question is shorter than the steps in which the system tells time of the processor, and by the clock it lasts longer
 * than it costs wherever others hold the processor. Neither alone is right, but both are upper bounds: the sum of all
 * questions by the clock, and all that this thread took meanwhile, for whomever. The lower one counts, so that nobody
 * hides between two steps, and nobody pays for waiting.
 */
export function createCpuMeter({ ms, threadMs }: CpuClocks = system): CpuMeter {
  let [isolateFrom, threadFrom, besideMs] = [0, threadMs(), 0]
  return {
    begin(isolateMs) {
      ;[isolateFrom, threadFrom, besideMs] = [isolateMs, threadMs(), 0]
    },
    beside(act) {
      const from = ms()
      try {
        return act()
      } finally {
        besideMs += ms() - from
      }
    },
    spentMs(isolateMs) {
      const own = Math.max(0, isolateMs - isolateFrom)
      // Most calls ask nothing, and to ask the system costs as much as a question.
      return besideMs === 0 ? own : own + Math.min(besideMs, Math.max(0, threadMs() - threadFrom))
    },
  }
}
