import { BerthError } from '../kernel/index.ts'

/** Where a refusal came from: the verb, and the record that its input named first. */
export interface RefusedVerb {
  verb: string
  subject: string
}

const refused = new WeakMap<BerthError, RefusedVerb>()

/** Of verbs that call each other the innermost one refused. */
export function noteVerb(error: unknown, verb: string, input: unknown): void {
  if (error instanceof BerthError && !refused.has(error))
    refused.set(error, { verb, subject: subjectIn(input) ?? verb })
}

/** Undefined for what no verb refused. */
export const refusedVerb = (error: unknown): RefusedVerb | undefined =>
  error instanceof BerthError ? refused.get(error) : undefined

const ID = /^[a-z]{3}_[0-9a-z]{26}$/

/** An id and nothing else: what people typed may be personal, or a secret. */
function subjectIn(input: unknown): string | undefined {
  if (input === null || typeof input !== 'object') return undefined
  return Object.entries(input).find(
    ([name, value]): boolean => name.endsWith('_id') && typeof value === 'string' && ID.test(value),
  )?.[1] as string | undefined
}
