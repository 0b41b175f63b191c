import { isDeepStrictEqual } from 'node:util'
import type { Told } from './bench.ts'
import { saysNo } from './refusals.ts'
import { fieldsOf, SUCCESSES, type Problem } from './rules.ts'

/**
 * What is told again is what was told: the same answer, or the same error where the input is refused. An answer that
 * becomes an error, and an error that becomes an answer, are two things.
 */
export function sameAgain(first: Told, second: Told): Problem {
  return isDeepStrictEqual(wordsOf(first), wordsOf(second))
    ? undefined
    : `${shown(first)} became ${shown(second)}`
}

/** What was made may be told again with other words, never with another id, as an error or as a refusal. */
export function sameThing(first: Told, second: Told): Problem {
  if (!('answer' in first)) return undefined
  if (!('answer' in second)) return `${shown(first)} became ${shown(second)}`
  const [one, two] = [fieldsOf(first.answer), fieldsOf(second.answer)]
  for (const key of ['reference', 'remote_id'])
    if (one[key] !== undefined && two[key] !== undefined && one[key] !== two[key])
      return `${key} ${String(one[key])} became ${String(two[key])}`
  return SUCCESSES.has(String(one['outcome'])) && saysNo(second.answer)
    ? `${shown(first)} became ${shown(second)}`
    : undefined
}

const wordsOf = (told: Told) =>
  'answer' in told ? { answer: told.answer } : { code: told.code, message: told.message }

const SHOWN = 150

const shown = (told: Told): string =>
  ('answer' in told ? (JSON.stringify(told.answer) ?? 'nothing') : `the error "${told.message}"`).slice(
    0,
    SHOWN,
  )
