/**
 * What a declined charge asks of us. "soft": the same method again, by the plan. "hard": never again this method for
 * this document. "needs_client": the method is good, its holder must confirm. An attempt without an answer is none of
 * these: it is asked about first and stays in the way of every other one until then.
 */
export type DeclineClass = 'soft' | 'hard' | 'needs_client'

/** By what the gateway says of a repeat, whose codes only its own plugin knows. What it does not say is not repeated. */
export function classifyDecline(retry: string | null): DeclineClass {
  if (retry === 'later') return 'soft'
  return retry === 'client' ? 'needs_client' : 'hard'
}

/** Whether the method itself is done for, whatever it is charged for. */
export const endsMethod = (retry: string | null): boolean => retry === 'new_method'
