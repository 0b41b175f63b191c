import { isDeepStrictEqual } from 'node:util'
import type { FeeReport, FindMethods, FoundMethods, Payouts } from '../../sdk/index.ts'
import type { Manifest } from '../plugins/index.ts'
import type { Told } from './bench.ts'

/** Undefined when the rule holds, else what is wrong. */
export type Problem = string | undefined

/** Failures that are the plugin's own, whatever the outside does. */
const FAULTS = ['plugin.invalid_result', 'plugin.memory', 'plugin.denied', 'plugin.host_lost', 'plugin.busy']

export const SUCCESSES = new Set([
  ...[
    'succeeded',
    'authorised',
    'done',
    'removed',
    'updated',
    'active',
    'accepted',
    'sent',
    'pushed',
    'noted',
  ],
  ...['signed_in', 'valid', 'passed', 'found', 'code', 'answered', 'ready'],
])

/** What plugin.json lists and the code lacks fails at each call: no input excuses it. */
export function isThere(told: Told, kind: string, operation: string): Problem {
  if ('answer' in told) return undefined
  const lacking = [`The plugin has no "${kind}".`, `The plugin's ${kind} has no "${operation}".`]
  return lacking.some((text) => told.message.endsWith(text)) ? told.message : undefined
}

/** An honest answer or an error that says why. `mustAnswer`: the input is the author's own, or there is none. */
export function answersWell(told: Told, mustAnswer: boolean): Problem {
  if ('answer' in told) return undefined
  if (!mustAnswer && told.code === 'plugin.failed') return undefined
  return told.message
}

/** Whose company fails cannot know that anything worked: it throws, or says that it failed. */
export function claimsNothing(told: Told): Problem {
  if (!('answer' in told)) return FAULTS.includes(told.code) ? told.message : undefined
  const { outcome, ok, state, status, results, accounts } = fieldsOf(told.answer)
  const all = Array.isArray(results) ? results.map((one) => fieldsOf(one)['status']) : []
  const claims = [
    ...[outcome].filter((one) => one === 'absent' || SUCCESSES.has(String(one))),
    ...(ok === true ? ['ok'] : []),
    // Whoever is not among them would be taken for missing.
    ...(Array.isArray(accounts) ? ['accounts'] : []),
    ...(typeof state === 'string' ? [state] : []),
    ...[status, ...all].filter((one) => CLAIMED.has(String(one))),
  ]
  return claims.length === 0 ? undefined : `it answered "${String(claims[0])}", though its company had failed`
}

/** What a name, a transfer or a server cannot be called by who has heard nothing of it. */
const CLAIMED = new Set(['free', 'taken', 'premium', 'reserved', 'completed', 'failed', 'good'])

/** One result or report for each domain asked for, in that order. */
export function answersEachDomain(input: unknown, told: Told): Problem {
  if (!('answer' in told)) return undefined
  const { results, reports } = fieldsOf(told.answer)
  const asked = (fieldsOf(input)['domains'] as unknown[]).map(domainOf)
  const answered = ((results ?? reports) as unknown[]).map(domainOf)
  return isDeepStrictEqual(asked, answered)
    ? undefined
    : `asked ${asked.join()}, answered ${answered.join() || 'none'}`
}

const domainOf = (one: unknown): string => String(typeof one === 'string' ? one : fieldsOf(one)['domain'])

/** A payment is never of another currency or of more than was asked, and its fee, as a refund's, is of that currency. */
export function takesNoMore(input: unknown, told: Told): Problem {
  const asked = fieldsOf(fieldsOf(input)['amount'])
  const answer = 'answer' in told ? fieldsOf(told.answer) : {}
  const [taken, fee] = [fieldsOf(answer['amount']), fieldsOf(answer['fee'])]
  if (asked['currency'] !== undefined && (fee['currency'] ?? asked['currency']) !== asked['currency'])
    return `asked in ${JSON.stringify(asked['currency'])}, has a fee of ${JSON.stringify(fee)}`
  if (asked['currency'] === undefined || taken['currency'] === undefined) return undefined
  const fits =
    taken['currency'] === asked['currency'] &&
    BigInt(String(taken['minor'])) <= BigInt(String(asked['minor']))
  return fits ? undefined : `asked ${JSON.stringify(asked)}, took ${JSON.stringify(taken)}`
}

/** One answer for each customer asked for, and nobody else's methods in it. */
export function findsOwnMethods(input: unknown, told: Told): Problem {
  if (!('answer' in told)) return undefined
  const { rows } = input as FindMethods
  const { answers } = told.answer as FoundMethods
  if (rows.length !== answers.length) return `${rows.length} rows were asked for, ${answers.length} answered`
  for (const [i, answer] of answers.entries()) {
    const { customer, method } = rows[i]!
    if (answer.outcome === 'absent') continue
    if (answer.customer !== customer) return `asked for ${customer}, answered ${answer.customer}`
    const foreign = answer.methods.find(
      (one) => one.customer !== customer || (method !== undefined && one.reference !== method),
    )
    if (foreign) return `${foreign.reference} is not what was asked for of ${customer}`
  }
  return undefined
}

/** What a gateway tells of our balance: fees in the currency of their movement, payouts that are the sum of their parts. */
export function movementsAddUp(input: unknown, told: Told): Problem {
  if (!('answer' in told)) return undefined
  const { payouts = [], fees = [] } = told.answer as Partial<Payouts & FeeReport>
  const all = [...fees, ...payouts.flatMap(({ items = [] }) => items)]
  const odd = all.find(({ amount, fee }) => amount !== undefined && amount.currency !== fee.currency)
  if (odd) return `movement ${odd.reference} has its fee in another currency than its sum`
  // The rest of a long payout is told with a cursor.
  if (fieldsOf(input)['cursor'] !== undefined) return undefined
  const wrong = payouts.find((payout) => payout.itemised && partsOf(payout) !== wholeOf(payout))
  return wrong && `payout ${wrong.reference} is ${wholeOf(wrong)}, its parts are ${partsOf(wrong)}`
}

type Payout = Payouts['payouts'][number]

const wholeOf = ({ amount, fee }: Payout): bigint => BigInt(amount.minor) + BigInt(fee.minor)
const partsOf = ({ items = [] }: Payout): bigint =>
  items.reduce((sum, { amount, fee }) => sum + BigInt(amount?.minor ?? 0) - BigInt(fee.minor), 0n)

/** A frame is answered only by who may run something in browsers, and for a page that can show one. */
export function embedsWhereShown(manifest: Manifest, input: unknown, told: Told): Problem {
  if (!('answer' in told) || fieldsOf(told.answer)['embed'] === undefined) return undefined
  if (manifest.permissions?.browser === undefined) return 'it answers a frame without permissions.browser'
  const mayStart = 'return_url' in fieldsOf(input) && fieldsOf(input)['can_embed'] !== true
  return mayStart ? 'it answers a frame for a page that said nothing of can_embed' : undefined
}

/** What is under way is asked after by its reference; a creation by `describe`. */
export function followsUp(manifest: Manifest, told: Told): Problem {
  const { outcome, reference } = 'answer' in told ? fieldsOf(told.answer) : {}
  if (outcome !== 'pending' || reference === undefined) return undefined
  return manifest.kinds.provisioner?.includes('follow') === true
    ? undefined
    : 'it answers pending with a reference and offers no follow: core could never ask what became of it'
}

/** Each line asked has one answer, and no other has. */
export function answersEachLine(input: unknown, told: Told): Problem {
  if (!('answer' in told)) return undefined
  const keys = (of: unknown) =>
    ((fieldsOf(of)['lines'] ?? []) as { key: string }[]).map(({ key }) => key).sort()
  const [asked, answered] = [keys(input), keys(told.answer)]
  return isDeepStrictEqual(asked, answered)
    ? undefined
    : `asked lines ${asked.join()}, answered ${answered.join()}`
}

/** Each question of a batch has one entry at its place: a problem, or an answer to each of its lines. */
export function answersEachQuestion(input: unknown, told: Told): Problem {
  if (!('answer' in told)) return undefined
  const questions = fieldsOf(input)['questions'] as unknown[]
  const answers = fieldsOf(told.answer)['answers'] as unknown[]
  if (answers.length !== questions.length)
    return `asked ${questions.length} questions, answered ${answers.length}`
  for (const [i, answer] of answers.entries()) {
    if ('problem' in fieldsOf(answer)) continue
    const problem = answersEachLine(questions[i], { answer })
    if (problem !== undefined) return `question ${i}: ${problem}`
  }
  return undefined
}

/** A message that says nothing moves nothing. */
export function movesNothing(told: Told): Problem {
  if (!('answer' in told)) return FAULTS.includes(told.code) ? told.message : undefined
  const facts = (fieldsOf(told.answer)['facts'] ?? []) as { fact: string }[]
  const moving = facts.filter(({ fact }) => fact !== 'ignored')
  return moving.length === 0 ? undefined : `it made ${JSON.stringify(moving)} of a message that says nothing`
}

export function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

/** Every form that an answer holds, however deep. */
export function formsIn(told: Told): object[] {
  const found: object[] = []
  const look = (part: unknown, key = ''): void => {
    if (typeof part !== 'object' || part === null) return
    if (key === 'form') found.push(part)
    else for (const [name, inner] of Object.entries(part)) look(inner, name)
  }
  if ('answer' in told) look(told.answer)
  return found
}
