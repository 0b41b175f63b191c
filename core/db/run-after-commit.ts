/** Hears of an act after a commit that failed. */
export type AfterCommitFailed = (error: unknown) => void

/**
 * Runs what was left for after a commit. What is committed stays so, whatever becomes of these acts: whoever were told
 * of a failure would do everything again. So each runs for itself, and one that fails is only reported.
 */
export function runAfterCommit(acts: readonly (() => void)[], failed: AfterCommitFailed = warn): void {
  for (const act of acts) {
    try {
      const result: unknown = act()
      // Nobody waits for an act; its promise would end the process.
      if (result instanceof Promise) result.catch((error: unknown) => report(error, failed))
    } catch (error) {
      report(error, failed)
    }
  }
}

function report(error: unknown, failed: AfterCommitFailed): void {
  try {
    failed(error)
  } catch {
    // A log that cannot be written to is no reason to call the commit a failure either.
  }
}

function warn(error: unknown): void {
  process.emitWarning(
    `An act after a commit failed: ${error instanceof Error ? error.message : String(error)}`,
  )
}
