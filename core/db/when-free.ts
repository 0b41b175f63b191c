import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseUnavailable } from './errors.ts'

/** Between two chunks of a run the file is free for few milliseconds: who looks less often misses that, and waits for several. */
const BUSY_RETRY_MS = 1

/** Tries again while another process or thread holds the file; the thread is free meanwhile. */
export async function whenFree<T>(until: () => number, act: () => T): Promise<T> {
  let end: number | undefined
  for (;;) {
    try {
      return act()
    } catch (error) {
      end ??= until()
      if (!isBusy(error) || performance.now() > end) throw explained(error)
      await sleep(BUSY_RETRY_MS)
    }
  }
}

export function isBusy(error: unknown): boolean {
  const code = (error as { code?: string }).code
  return code === 'SQLITE_BUSY' || code === 'SQLITE_BUSY_SNAPSHOT' || code === 'SQLITE_LOCKED'
}

const REASONS: Record<string, string> = {
  SQLITE_BUSY: 'another process holds it',
  SQLITE_FULL: 'the disk is full',
  SQLITE_READONLY: 'its file is read-only',
  SQLITE_CANTOPEN: 'its file cannot be opened',
  SQLITE_CORRUPT: 'its file is damaged',
}

export function explained(error: unknown): unknown {
  const code = (error as { code?: unknown }).code
  if (typeof code !== 'string') return error
  const known = Object.keys(REASONS).find((prefix) => code === prefix || code.startsWith(`${prefix}_`))
  if (known) return DatabaseUnavailable({ reason: REASONS[known]! }, error)
  return code.startsWith('SQLITE_IOERR')
    ? DatabaseUnavailable({ reason: 'reading or writing its file failed' }, error)
    : error
}
