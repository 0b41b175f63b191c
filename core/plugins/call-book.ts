import { instant, type Instant } from '../kernel/index.ts'
import { medianAndP95 } from './percentiles.ts'

/** One call that has ended. */
export interface CallNote {
  /** "gateway.start_payment" */
  operation: string
  server: string | null
  startedMs: number
  tookMs: number
  /** "ok", or the code of the error. */
  outcome: string
  /** Time of the processor that the plugin's code took; null when it did not live to tell. */
  cpuMs: number | null
  /** Its heap after the call ÷ what it may have; null when it did not live to tell. */
  heap: number | null
}

/** What is known of one instance since this process started. */
export interface CallFigures {
  instance: string
  calls: number
  failures: number
  /** Of the last 200 calls. */
  medianMs: number
  p95Ms: number
  cpuMs: number
  heap: number | null
  last: readonly (Omit<CallNote, 'startedMs'> & { at: Instant })[]
}

export interface CallBook {
  note(instance: string, note: CallNote): void
  figures(): CallFigures[]
}

interface Page {
  calls: number
  failures: number
  cpuMs: number
  heap: number | null
  tookMs: number[]
  last: CallNote[]
}

const TIMES_KEPT = 200
const CALLS_KEPT = 20
const INSTANCES_KEPT = 1_000

/** Counts calls in memory: a figure that is lost with the process costs no write for each call. */
export function createCallBook(): CallBook {
  const pages = new Map<string, Page>()
  return {
    note(instance, note) {
      const page = pages.get(instance) ?? newPage()
      if (pages.size >= INSTANCES_KEPT && !pages.has(instance)) pages.delete(pages.keys().next().value!)
      pages.set(instance, page)
      page.calls++
      if (note.outcome !== 'ok') page.failures++
      page.cpuMs += note.cpuMs ?? 0
      page.heap = note.heap ?? page.heap
      page.tookMs = [...page.tookMs, note.tookMs].slice(-TIMES_KEPT)
      page.last = [note, ...page.last].slice(0, CALLS_KEPT)
    },
    figures: () => [...pages].map(([instance, page]) => figuresOf(instance, page)),
  }
}

const newPage = (): Page => ({ calls: 0, failures: 0, cpuMs: 0, heap: null, tookMs: [], last: [] })

function figuresOf(instance: string, { calls, failures, cpuMs, heap, tookMs, last }: Page): CallFigures {
  return {
    ...{ instance, calls, failures, cpuMs, heap },
    ...medianAndP95(tookMs),
    last: last.map(({ startedMs, ...note }) => ({ ...note, at: instant(startedMs) })),
  }
}
