import * as limits from '../limits.ts'

/** One limit that a manifest may ask for. Without it `usual` holds. */
export interface AskableLimit {
  least: number
  usual: number
  /** The ceiling: nobody grants more. */
  most: number
  /** Of the numbers, as people read them; "count" is none. */
  unit: 'ms' | 'bytes' | 'mb' | 'count'
  says: string
}

const askable = {
  memory_mb: {
    ...{ least: 16, usual: limits.MEMORY_MB, most: limits.MEMORY_MB_CEILING, unit: 'mb' },
    says: 'Heap of one isolate.',
  },
  slice_ms: {
    ...{ least: 50, usual: limits.SLICE_MS, most: limits.SLICE_MS_CEILING, unit: 'ms' },
    says: 'One run of code without a pause.',
  },
  cpu_ms: {
    ...{ least: 50, usual: limits.CPU_MS, most: limits.CPU_MS_CEILING, unit: 'ms' },
    says: 'Time of the processor in one call.',
  },
  start_ms: {
    ...{ least: 100, usual: limits.START_MS, most: limits.START_MS_CEILING, unit: 'ms' },
    says: 'The top level of the bundle, once an isolate.',
  },
  isolates: {
    ...{ least: 1, usual: limits.ISOLATES, most: limits.ISOLATES_CEILING, unit: 'count' },
    says: 'Calls of one instance that run at once.',
  },
  queue: {
    ...{ least: 0, usual: limits.QUEUE, most: limits.QUEUE_CEILING, unit: 'count' },
    says: 'Calls of one instance that wait.',
  },
  asks: {
    ...{ least: 1, usual: limits.ASKS, most: limits.ASKS_CEILING, unit: 'count' },
    says: 'Questions to core in one call: requests, their parts, storage, records, lines.',
  },
  asks_at_once: {
    ...{ least: 1, usual: limits.ASKS_AT_ONCE, most: limits.ASKS_AT_ONCE_CEILING, unit: 'count' },
    says: 'Questions that are open at the same time.',
  },
  fetches: {
    ...{ least: 1, usual: limits.FETCHES, most: limits.FETCHES_CEILING, unit: 'count' },
    says: 'Requests in one call, six at once.',
  },
  request_bytes: {
    ...{ least: 1, usual: limits.REQUEST_BYTES, most: limits.REQUEST_BYTES_CEILING, unit: 'bytes' },
    says: 'Body of one request.',
  },
  response_bytes: {
    ...{ least: 1, usual: limits.RESPONSE_BYTES, most: limits.RESPONSE_BYTES_CEILING, unit: 'bytes' },
    says: 'Body of one answer after it was unpacked, and all that one line reads.',
  },
  header_bytes: {
    ...{ least: 1_024, usual: limits.HEADER_BYTES, most: limits.HEADER_BYTES_CEILING, unit: 'bytes' },
    says: 'Headers of one request, and of one answer.',
  },
  writes: {
    ...{ least: 1, usual: limits.WRITES, most: limits.WRITES_CEILING, unit: 'count' },
    says: 'Requests of one call that something be written.',
  },
  writes_a_day: {
    ...{ least: 1, usual: limits.WRITES_A_DAY, most: limits.WRITES_A_DAY_CEILING, unit: 'count' },
    says: 'New requests of one instance within 24 hours that something be written.',
  },
  bundle_bytes: {
    ...{ least: 1_024, usual: limits.BUNDLE_BYTES, most: limits.BUNDLE_BYTES_CEILING, unit: 'bytes' },
    says: 'The code as one script.',
  },
  page_deadline_ms: {
    ...{ least: 100, usual: limits.PAGE_MS, most: limits.PAGE_MS_CEILING, unit: 'ms' },
    says: 'Until a call must have answered for which a page waits.',
  },
  act_deadline_ms: {
    ...{ least: 100, usual: limits.ACT_MS, most: limits.ACT_MS_CEILING, unit: 'ms' },
    says: 'Until a call must have answered that does what somebody or a message asked for.',
  },
  job_deadline_ms: {
    ...{ least: 100, usual: limits.JOB_MS, most: limits.JOB_MS_CEILING, unit: 'ms' },
    says: 'Until a call must have answered that a job makes and nobody waits for.',
  },
} as const satisfies Record<string, AskableLimit>

export type LimitName = keyof typeof askable

/** Every limit that a manifest may ask for, with what holds without asking. */
export const askableLimits: Readonly<Record<LimitName, AskableLimit>> = askable

/** The part of a manifest that asks. */
export interface LimitsAsked {
  limits?: { readonly [name in LimitName]?: number }
}

/** What holds for this plugin: what its manifest asks for and staff granted with it, or what is usual. */
export const limitOf = ({ limits: asked }: LimitsAsked, name: LimitName): number =>
  asked?.[name] ?? askableLimits[name].usual
