import { CALL_BYTES, LINES_FLOOD, MESSAGE_BYTES_MAX, QUEUED_BYTES, STRAY_FRAMES } from '../limits.ts'
import type { CoreHead, HostHead } from '../sandbox/protocol.ts'
import type { LossName } from './host-loss.ts'

/** What a host process did that ours never does: somebody else speaks in it. */
export type Overrun = Extract<LossName, 'asks' | 'lines' | 'bytes' | 'stray_frames' | 'unread'>

/**
 * What one host process may cost core, whoever speaks in it. It speaks only when asked, so every frame of core is a credit
 * for a known number of frames and bytes, and no rate has to be guessed: a busy host is never taken for a hostile one.
 */
export interface HostBudget {
  /** Core sends this. `queued`: bytes that wait for the host, with those of this frame. */
  sent(head: CoreHead, queued: number): Overrun | undefined
  /** The host sent this; `bytes` is its whole length. */
  heard(head: HostHead, bytes: number): Overrun | undefined
}

/** What is still to come of one isolate. */
interface Credit {
  asksPerCall: number
  /** Frames that end a start or a call. */
  ends: number
  asks: number
  lines: number
  bytes: number
  disposing: boolean
}

export function createHostBudget(): HostBudget {
  const isolates = new Map<number, Credit>()
  const due = { ready: 0, pong: 0 }
  let strays = 0
  const stray = (): Overrun | undefined => (++strays > STRAY_FRAMES ? 'stray_frames' : undefined)
  const heardOf = (head: Exclude<HostHead, { t: 'ready' | 'pong' }>, bytes: number) => {
    const credit = isolates.get(head.isolate)
    if (credit === undefined) return stray()
    if (head.t === 'disposed' && credit.disposing) return void isolates.delete(head.isolate)
    const over = spend(credit, head, bytes)
    return over === 'stray_frames' ? stray() : over
  }
  return {
    sent(head, queued) {
      if (head.t === 'hello') due.ready++
      else if (head.t === 'ping') due.pong++
      else if (head.t === 'start') isolates.set(head.isolate, creditOf(head.limits.asks))
      else if (head.t === 'call') renew(isolates.get(head.isolate))
      else if (head.t === 'dispose') endOf(isolates.get(head.isolate))
      return queued > QUEUED_BYTES ? 'unread' : undefined
    },
    heard(head, bytes) {
      if (head.t !== 'ready' && head.t !== 'pong') return heardOf(head, bytes)
      if (due[head.t] === 0) return stray()
      due[head.t]--
      return undefined
    },
  }
}

const creditOf = (asksPerCall: number): Credit => ({
  ...{ asksPerCall, ends: 1, asks: 0, lines: 0, bytes: CALL_BYTES },
  disposing: false,
})

/** What the call before did not use is forfeit: it is over. */
function renew(credit: Credit | undefined): void {
  if (credit === undefined) return
  const { asksPerCall } = credit
  const bytes = asksPerCall * MESSAGE_BYTES_MAX + CALL_BYTES
  Object.assign(credit, { ends: 1, asks: asksPerCall, lines: LINES_FLOOD, bytes })
}

/** What left the host before it heard of the end is still to come. */
function endOf(credit: Credit | undefined): void {
  if (credit !== undefined) credit.disposing = true
}

function spend(credit: Credit, head: HostHead, bytes: number): Overrun | undefined {
  credit.bytes -= bytes
  if (credit.bytes < 0) return 'bytes'
  if (head.t === 'ask') return --credit.asks < 0 ? 'asks' : undefined
  if (head.t === 'log' || head.t === 'dropped') return --credit.lines < 0 ? 'lines' : undefined
  return --credit.ends < 0 ? 'stray_frames' : undefined
}
