import { createContext, Script, type Context } from 'node:vm'

/** The work was ended, because it took longer than it may. */
export class OutOfTime extends Error {}

let room: Context | undefined
const run = new Script('work()')

/**
 * Does work that only computes, on what somebody else wrote, for `ms` milliseconds at most: it is interrupted wherever it
 * is then. What it was making is half made, so nothing of it may be used again. Throws OutOfTime. Where the machine had
 * no turn for this thread in that time, the work is not to blame, and is done once more.
 */
export function inTime<T>(ms: number, work: () => T, again = true): T {
  room ??= createContext(Object.create(null) as object)
  Object.assign(room, { work })
  const before = process.cpuUsage()
  try {
    return run.runInContext(room, { timeout: ms }) as T
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    const { user, system } = process.cpuUsage(before)
    if (again && user + system < (ms * 1000) / 2) return inTime(ms, work, false)
    throw new OutOfTime(`It took longer than ${ms} ms.`, { cause: error })
  } finally {
    Object.assign(room, { work: undefined })
  }
}
