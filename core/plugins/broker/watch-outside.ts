import { DEADLINE_OVER } from '../deadlines.ts'
import { CONNECT_MS, SLOW_ANSWER_MS } from '../limits.ts'
import { HTTPS_PORT, type Target } from './network.ts'
import { Refusal, type Trouble } from './refusal.ts'

/** What was wrong with a request that was permitted, as far as the outside host goes. */
export type OutsideTrouble =
  | Trouble['kind']
  /** It answered with 429 or 5xx. */
  | 'status'
  /** It answered, and took longer than SLOW_ANSWER_MS. */
  | 'slow'
  /** Nothing came in time. */
  | 'no_answer'
  /** The connection ended in the middle, or what came is no HTTP. */
  | 'broken'

/** One request to a declared host, or one connection of a line. */
export interface OutsideNote {
  /** As declared; with its port where that is not 443. */
  host: string
  tookMs: number
  /** Of the answer; null: there was none. */
  status: number | null
  /** Null: it went well. */
  trouble: OutsideTrouble | null
}

export interface OutsideEar {
  /** Never jumps. */
  ms(): number
  note(note: OutsideNote): void
}

type Place = Pick<Target, 'host' | 'port'>

/**
 * Runs what reaches an outside host and tells how that went. A permission stands before it, so that a plugin cannot make
 * names up; what the call itself gave up, or asked wrongly, says nothing of the host.
 */
export async function watchOutside<T extends object>(
  { outside, signal }: { outside?: OutsideEar; signal: AbortSignal },
  { host, port }: Place,
  act: () => Promise<T>,
): Promise<T> {
  if (outside === undefined) return act()
  const from = outside.ms()
  const name = port === HTTPS_PORT ? host : `${host}:${port}`
  const note = (status: number | null, trouble: OutsideTrouble | null) =>
    outside.note({ host: name, tookMs: Math.round(outside.ms() - from), status, trouble })
  try {
    const answer = await act()
    const status = 'status' in answer && typeof answer.status === 'number' ? answer.status : null
    note(status, troubleOf(status, outside.ms() - from))
    return answer
  } catch (error) {
    const trouble = failureOf(error, signal, outside.ms() - from)
    if (trouble !== undefined) note(null, trouble)
    throw error
  }
}

function troubleOf(status: number | null, tookMs: number): OutsideTrouble | null {
  if (status !== null && (status === 429 || status >= 500)) return 'status'
  return tookMs > SLOW_ANSWER_MS ? 'slow' : null
}

/** Undefined: it is no matter of the host. */
function failureOf(error: unknown, signal: AbortSignal, tookMs: number): OutsideTrouble | undefined {
  if (signal.aborted) return signal.reason === DEADLINE_OVER ? 'no_answer' : undefined
  if (!(error instanceof Refusal)) return undefined
  if (error.trouble) return error.trouble.kind
  if (error.code !== 'E_NETWORK') return undefined
  return tookMs >= CONNECT_MS ? 'no_answer' : 'broken'
}
