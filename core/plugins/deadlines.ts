import { PAGE_MS_CEILING } from './limits.ts'
import { limitOf, type LimitName, type LimitsAsked } from './manifest/askable-limits.ts'

/**
 * What waits for the answer of a call: somebody's page; somebody or a message that wants something done (a payment, a
 * refund, a webhook, a power button, a test of a connection); or a job that nobody waits for (a delivery, a schedule).
 */
export type DeadlineClass = 'page' | 'act' | 'job'

/** Milliseconds until the caller has an answer or an error. */
export interface Deadline {
  ms: number
  /** The same for a call that has to wait until an isolate was started. */
  coldMs: number
}

const limitNames: Readonly<Record<DeadlineClass, LimitName>> = {
  page: 'page_deadline_ms',
  act: 'act_deadline_ms',
  job: 'job_deadline_ms',
}

/** No page waits longer for a plugin, whatever was granted to it. */
export const PAGE_WAITS_MS = PAGE_MS_CEILING

/** What the class of a call means for this plugin. */
export function deadlineOf(manifest: LimitsAsked, of: DeadlineClass): Deadline {
  const ms = limitOf(manifest, limitNames[of])
  // A start may take longer than a whole answer for a page, and is paid for once.
  return { ms, coldMs: of === 'page' ? PAGE_WAITS_MS : ms }
}

/** Why a call's signal was aborted when nobody waits for it any longer. */
export const DEADLINE_OVER = 'deadline over'
