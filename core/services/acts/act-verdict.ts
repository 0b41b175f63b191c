import type { AccessDetail, ActOutcome } from '../../../sdk/index.ts'
import { BerthError } from '../../kernel/index.ts'

/** What an answer means for an act. */
export type ActVerdict =
  | { kind: 'done'; message?: string; access?: readonly AccessDetail[] }
  | { kind: 'pending'; reference: string }
  /** `again`: trying again may help, and the key makes sure that it happens once. */
  | { kind: 'failed'; message: string; again: boolean; unknown: boolean }

export type Answer =
  ActOutcome | { outcome: 'message'; message: string } | { outcome: 'pending'; remote_id: string }

export function judge(answer: Answer): ActVerdict {
  switch (answer.outcome) {
    case 'done':
      return { kind: 'done', ...('access' in answer && answer.access ? { access: answer.access } : {}) }
    case 'message':
      return { kind: 'done', message: answer.message }
    case 'pending':
      // A power signal that was taken is all there is to know of it.
      return 'reference' in answer ? { kind: 'pending', reference: answer.reference } : { kind: 'done' }
    case 'failed':
      return { ...failed(`${answer.code}: ${answer.message}`), again: answer.kind === 'transient' }
  }
}

export const failed = (message: string) => ({
  kind: 'failed' as const,
  message,
  again: false,
  unknown: false,
})

/** Without an answer nobody knows; what did not get as far as the plugin has not happened. */
export function judgeError(error: unknown): Extract<ActVerdict, { kind: 'failed' }> {
  const known = error instanceof BerthError && error.code.startsWith('plugin.') ? error : null
  const unknown = known === null || known.params.outcome_unknown === true
  const message = known ? `${known.code}: ${known.message}` : `core: ${String(error)}`
  return { kind: 'failed', message, again: true, unknown }
}
