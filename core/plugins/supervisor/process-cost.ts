import { MIB } from '../limits.ts'
import { readText } from './read-text.ts'

/** What the system says of a process. */
export interface ProcessCost {
  /** Resident memory. */
  memoryMb: number
  /** Processor time since it started. */
  cpuMs: number
}

/** Both are constants of every Linux that Node runs on. */
const PAGE_BYTES = 4_096
const TICK_MS = 10

/** Null where the system does not tell (it has no /proc) and for a process that is gone. */
export function processCost(pid: number | undefined): ProcessCost | null {
  const text = readText(`/proc/${pid}/stat`)
  if (text === null) return null
  // The name stands in brackets and may hold spaces, so counting begins behind it, with the third field.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [user, system, pages] = [fields[11], fields[12], fields[21]].map(Number)
  if (user === undefined || system === undefined || pages === undefined) return null
  return { memoryMb: Math.round((pages * PAGE_BYTES) / MIB), cpuMs: (user + system) * TICK_MS }
}
