import { writeFileSync } from 'node:fs'

/** As far back as nice counts. */
export const LAST_NICE = 19
/** Without rights one may say so ten times a second, all users of the machine together. */
const AGAIN_MS = 150
const TRIES = 20

/**
 * Where a system is no service of systemd, Linux gives each session the same share of the processors ("autogroup") and
 * counts nice within one alone. A host is a session of its own: unless that is nice too, one that loops takes from pages
 * as much as it likes. Only for the leader of a session or what it started: whatever shares the session becomes nice.
 */
export function niceSession(pid: number, nice: number, tries = TRIES): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(nice))
  } catch (error) {
    // Any other failure: it ended already, or the system has nothing of the kind.
    if ((error as { code?: string }).code !== 'EAGAIN' || tries === 1) return
    setTimeout(niceSession, AGAIN_MS, pid, nice, tries - 1).unref()
  }
}
