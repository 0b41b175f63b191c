import { writeFileSync } from 'node:fs'
import { SESSION_NICE } from '../limits.ts'

/** Without rights one may say so ten times a second, all users of the machine together. */
const AGAIN_MS = 150
const TRIES = 20

/**
 * Where a system is no service of systemd, Linux gives each session the same share of the processors ("autogroup"), and
 * nice and classes count within one alone. A host is a session of its own, so one that loops takes half of them from the
 * pages, whatever its process is. Its session becomes nice; nicer, and other calls in it would starve.
 */
export function stepSessionBack(pid: number, tries = TRIES): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(SESSION_NICE))
  } catch (error) {
    // Any other failure: it ended already, or the system has nothing of the kind.
    if ((error as { code?: string }).code !== 'EAGAIN' || tries === 1) return
    setTimeout(stepSessionBack, AGAIN_MS, pid, tries - 1).unref()
  }
}
