import type { Clock, Instant } from '../kernel/index.ts'
import type { OutsideNote, OutsideTrouble } from './broker/watch-outside.ts'
import { medianAndP95 } from './percentiles.ts'

/** How one outside host fares with one instance since this process started. */
export interface OutsideFigures {
  instance: string
  /** As declared or typed by staff; with its port where that is not 443. */
  host: string
  requests: number
  /** Those without a useful answer: none, 429 or 5xx. */
  failures: number
  /** Failures ÷ requests, of the last 200. */
  failedShare: number
  /** Of the last 200. */
  medianMs: number
  p95Ms: number
  /** When the first request was in trouble of those that were since without a break; null: the last one went well. */
  troubledSince: Instant | null
  last: { trouble: OutsideTrouble; status: number | null; at: Instant } | null
}

export interface OutsideBook {
  note(instance: string, note: OutsideNote): void
  figures(): OutsideFigures[]
}

interface Page {
  instance: string
  host: string
  requests: number
  failures: number
  recent: { tookMs: number; failed: boolean }[]
  since: Instant | null
  last: OutsideFigures['last']
}

const KEPT = 200
/** Hosts are declared or typed by staff; more than that of them is nobody's list. */
const PAGES_KEPT = 500

/** Counts in memory, like calls: nothing is written for a request. */
export function createOutsideBook(clock: Pick<Clock, 'now'>): OutsideBook {
  const pages = new Map<string, Page>()
  return {
    note(instance, { host, tookMs, status, trouble }) {
      const key = `${instance} ${host}`
      const page = pages.get(key) ?? newPage(instance, host)
      pages.delete(key)
      if (pages.size >= PAGES_KEPT) pages.delete(pages.keys().next().value!)
      pages.set(key, page)
      const failed = trouble !== null && trouble !== 'slow'
      page.requests++
      if (failed) page.failures++
      page.recent = [...page.recent, { tookMs, failed }].slice(-KEPT)
      const at = clock.now()
      page.since = trouble === null ? null : (page.since ?? at)
      if (trouble !== null) page.last = { trouble, status, at }
    },
    figures: () => [...pages.values()].map(figuresOf),
  }
}

const newPage = (instance: string, host: string): Page => ({
  ...{ instance, host, requests: 0, failures: 0, recent: [], since: null, last: null },
})

function figuresOf({ instance, host, requests, failures, recent, since, last }: Page): OutsideFigures {
  return {
    ...{ instance, host, requests, failures },
    failedShare: recent.filter(({ failed }) => failed).length / recent.length,
    ...medianAndP95(recent.map(({ tookMs }) => tookMs)),
    ...{ troubledSince: since, last },
  }
}
