import { spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import { CALM_MS, CALM_SHARE, HOST_NICE, HOLDING_SHARE } from '../limits.ts'
import { stepSessionBack } from './step-session-back.ts'
import { processCost } from './process-cost.ts'

/** Pages come first: a plugin that is busy gets what they leave over. */
export function giveWay(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, HOST_NICE)
  } catch {
    // It ended already, or the system does not let us: then it runs as we do.
  }
}

/** Looks after the processor time of one host process. */
export interface Manners {
  /**
   * `holding`: a call has run since the last look without a word. True once a host that stepped back has been calm for
   * so long that another may follow it.
   */
  look(holding: boolean): boolean
}

/**
 * A process that is only nice still ends its turn of some milliseconds before a page gets the processor that it holds:
 * behind a loop pages took twice as long. Whoever holds it steps back into the class of the idle, which gives it up at
 * once. There is no way back for a process without rights, and one that stayed there would starve whenever the
 * machine is busy, so a calm one is to be replaced.
 */
export function watchManners(pid: () => number | undefined, ms: () => number): Manners {
  const cpuMs = () => processCost(pid())?.cpuMs ?? 0
  // It begins now.
  let last = { cpuMs: 0, at: ms() }
  let steppedBack = false
  let busyAt = last.at
  return {
    look(holding) {
      const now = { cpuMs: cpuMs(), at: ms() }
      const share = (now.cpuMs - last.cpuMs) / Math.max(1, now.at - last.at)
      last = now
      if (share > CALM_SHARE) busyAt = now.at
      if (steppedBack) return now.at - busyAt >= CALM_MS
      steppedBack = holding && share > HOLDING_SHARE
      if (steppedBack) stepBack(pid())
      return false
    },
  }
}

/** All its threads; those to come follow. Where the system has no such class it stays nice. */
function stepBack(pid: number | undefined): void {
  if (pid === undefined) return
  stepSessionBack(pid)
  const child = spawn('chrt', ['--all-tasks', '--idle', '--pid', '0', String(pid)], { stdio: 'ignore' })
  child.on('error', () => undefined)
}
