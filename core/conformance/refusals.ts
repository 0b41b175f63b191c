import { isDeepStrictEqual } from 'node:util'
import type { Conformance, Decline } from '../../sdk/test-kit/index.ts'
import type { Manifest } from '../plugins/index.ts'
import type { Told } from './bench.ts'
import { fieldsOf, type Problem } from './rules.ts'

/** Outcomes that say no. What is under way, absent or unknown is none of them. */
const NO = new Set(['declined', 'failed', 'refused', 'not_supported', 'invalid'])

/** A decline that was thrown is asked after for ever; one that is taken for a success delivers what nobody paid. */
export function declineTold({ says }: Decline, told: Told): Problem {
  if (!('answer' in told)) return `it threw instead of answering: ${told.message}`
  const [no] = refusalsIn(told.answer)
  if (no === undefined)
    return `it answered ${JSON.stringify(told.answer)?.slice(0, 200)}, which says no nowhere`
  const code = no['code']
  if (code !== undefined && !/^[a-z][a-z0-9_]*$/.test(String(code)))
    return `its code ${JSON.stringify(code)} is no name such as "insufficient_funds"`
  const odd = Object.entries(says ?? {}).find(([key, value]) => !isDeepStrictEqual(no[key], value))
  if (odd) return `its ${odd[0]} is ${JSON.stringify(no[odd[0]])}, not ${JSON.stringify(odd[1])}`
  return reasonProblem(no)
}

/** The reason is read by people: a sentence, never the company's own answer as it came. */
function reasonProblem(no: Record<string, unknown>): Problem {
  const steps = Array.isArray(no['steps']) ? (no['steps'] as unknown[]).map(fieldsOf) : []
  const failing = steps.find(({ ok }) => ok === false)
  const reason = no['message'] ?? no['reason'] ?? no['problem'] ?? failing?.['detail']
  if (typeof reason !== 'string' || reason.trim() === '') return 'it says no without a reason'
  return /^\s*[{[<]|\[object |\bundefined\b/.test(reason)
    ? `its reason is no sentence: ${reason.slice(0, 100)}`
    : undefined
}

export const saysNo = (answer: unknown): boolean => refusalsIn(answer).length > 0

/** The answer itself, facts of an event with their results, and answers of a batch, where they say no. */
function refusalsIn(answer: unknown): Record<string, unknown>[] {
  const whole = fieldsOf(answer)
  const parts = [whole['facts'], whole['answers']].flatMap((list) => (Array.isArray(list) ? list : []))
  return [whole, ...parts.flatMap((part) => [fieldsOf(part), fieldsOf(fieldsOf(part)['result'])])].filter(
    refuses,
  )
}

const refuses = ({ outcome, ok, allow, eligible, fact, problem }: Record<string, unknown>): boolean =>
  NO.has(String(outcome)) ||
  [ok, allow, eligible].includes(false) ||
  fact === 'method_refused' ||
  typeof problem === 'string'

/** Payments that are declined are what a shop sees every day: a gateway's author must have seen one. */
export function declinesMissing(manifest: Manifest, declines: Readonly<Record<string, unknown>>): Problem {
  const charges = manifest.kinds.gateway?.includes('charge_method') === true
  if (charges && !('charge_method' in declines))
    return 'test/conformance.ts names no "declines.charge_method": an input at which the company declines'
  return Object.keys(declines).length > 0
    ? undefined
    : 'test/conformance.ts names no "declines": inputs at which the company declines'
}

/** What a registrar is judged by: a name that can be had, one that cannot, and the same of transfers where it offers them. */
export function domainsMissing(
  { kinds }: Manifest,
  { inputs = {}, declines = {} }: Pick<Conformance, 'inputs' | 'declines'>,
): Problem {
  const wanted = ['register', 'transfer'].filter((name) => kinds.registrar?.some((one) => one === name))
  const missing = wanted.flatMap((name) => [
    ...(name in inputs ? [] : [`inputs.${name}: a name that can be had`]),
    ...(name in declines ? [] : [`declines.${name}: ${REFUSED[name]}`]),
  ])
  return missing.length === 0 ? undefined : `test/conformance.ts does not name ${missing.join(', nor ')}`
}

const REFUSED: Readonly<Record<string, string>> = {
  register: 'a name that is taken',
  transfer: 'one with a wrong code',
}

/** What never leaves this machine cannot be lost; all else core asks after before it tries again. */
export function lookUpMissing({ kinds, permissions }: Manifest): Problem {
  const calls = (permissions?.network ?? []).length > 0 || (permissions?.tcp ?? []).length > 0
  return calls && !kinds.gateway?.includes('look_up')
    ? 'it offers no look_up: a payment whose answer is lost would stay unknown for ever'
    : undefined
}
