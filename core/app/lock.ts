import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { AlreadyRunning } from './errors.ts'

/** Gives the data folder back. */
export type Release = () => void

interface Holder {
  pid: number
  /** When the process began, by the kernel's count, so that a number used again is not taken for it. */
  since: string
}

/** Takes a data folder for this process alone, or throws AlreadyRunning. The lock of a dead process is taken over. */
export function takeLock(file: string): Release {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const mine = JSON.stringify({ pid: process.pid, since: beganAt(process.pid) } satisfies Holder)
  // A link appears with its whole content, so that nobody reads half a lock.
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, mine, { mode: 0o600 })
  for (;;) {
    try {
      linkSync(draft, file)
      rmSync(draft)
      return () => rmSync(file, { force: true })
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error
    }
    const holder = readHolder(file)
    if (holder && isAlive(holder)) {
      rmSync(draft)
      throw AlreadyRunning({ folder: dirname(file), pid: holder.pid })
    }
    rmSync(file, { force: true })
  }
}

function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch {
    return null
  }
}

function isAlive({ pid, since }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as { code?: string }).code === 'ESRCH') return false
  }
  return beganAt(pid) === since
}

/** Field 22 of /proc/PID/stat, counted after the name, which may hold blanks. Empty where there is no /proc. */
function beganAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
