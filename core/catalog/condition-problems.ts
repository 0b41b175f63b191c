import { decidersOf } from './conditions.ts'
import { canHold } from './can-hold.ts'
import type { Condition, Option, OptionValue } from './product.ts'

/** What conditions are judged by: options as they are stored, or as a file has them. */
export type ConditionedOption = Pick<
  Option,
  'key' | 'kind' | 'minimum' | 'maximum' | 'step' | 'retiredAt' | 'conditions'
> & { values: readonly Pick<OptionValue, 'key' | 'retiredAt' | 'conditions'>[] }

/** The condition that is wrong: of an option or of one of its values, and its place there from 0. */
export interface ConditionProblem {
  option: string
  value: string | null
  index: number
  reason: string
  expected: string
}

type Wrong = Pick<ConditionProblem, 'reason' | 'expected'>

/** What is wrong with the conditions of a product's options, as far as they are sold. */
export function conditionProblems(all: readonly ConditionedOption[]): ConditionProblem[] {
  const options = all.filter(({ retiredAt }) => !retiredAt)
  const single = placesOf(options).flatMap(({ place, condition }) => {
    const wrong = misnamed(condition, place.option, options)
    return wrong ? [{ ...place, ...wrong }] : []
  })
  if (single.length > 0) return single
  const round = circle(options)
  return round ? [round] : contradictions(options)
}

interface Place {
  place: Pick<ConditionProblem, 'option' | 'value' | 'index'>
  condition: Condition
}

const placesOf = (options: readonly ConditionedOption[]): Place[] =>
  options.flatMap((option) => {
    const of = (value: string | null, conditions: readonly Condition[]) =>
      conditions.map((condition, index) => ({ place: { option: option.key, value, index }, condition }))
    const values = option.values.filter(({ retiredAt }) => !retiredAt)
    return [...of(null, option.conditions), ...values.flatMap(({ key, conditions }) => of(key, conditions))]
  })

function misnamed(condition: Condition, own: string, options: readonly ConditionedOption[]): Wrong | null {
  const tests = [condition.is, condition.one_of, condition.at_least, condition.set]
  if (tests.filter((test) => test !== undefined).length !== 1)
    return { reason: 'states no test, or several', expected: 'one of is, one_of, at_least, set' }
  const named = options.find(({ key }) => key === condition.option)
  const others = options.map(({ key }) => key).filter((key) => key !== own)
  const expected = `the key of another option: ${others.join(', ') || 'there is none yet'}`
  if (condition.option === own) return { reason: 'names the option itself', expected }
  if (!named) return { reason: `there is no option "${condition.option}"`, expected }
  return unfit(condition, named)
}

/** A test that the kind of the option does not have, or a value that it cannot say. */
function unfit({ is, one_of, at_least, set }: Condition, named: ConditionedOption): Wrong | null {
  if (set !== undefined) return null
  const { key, kind } = named
  if (kind === 'checkbox') return { reason: `"${key}" is a box to tick`, expected: 'set: true' }
  const isCounted = kind === 'quantity' || kind === 'number'
  if (at_least !== undefined) {
    if (!isCounted) return { reason: `"${key}" is a ${kind}`, expected: 'is, one_of or set' }
    const { maximum } = named
    return maximum === null || at_least <= maximum
      ? null
      : { reason: `"${key}" goes up to ${maximum}`, expected: `at_least: ${maximum} or less` }
  }
  const said = one_of ?? [is!]
  const unknown = said.find((value) => !canSay(named, value))
  if (said.length > 0 && unknown === undefined) return null
  const sold = named.values.filter(({ retiredAt }) => !retiredAt).map((value) => value.key)
  return {
    reason: unknown === undefined ? 'names no value' : `"${key}" is never "${unknown}"`,
    expected: isCounted ? 'a number that the option reaches' : `one of ${sold.join(', ')}`,
  }
}

function canSay({ kind, values, minimum, maximum, step }: ConditionedOption, value: string): boolean {
  if (kind === 'list' || kind === 'radio')
    return values.some(({ key, retiredAt }) => key === value && !retiredAt)
  const number = /^[1-9]\d{0,8}$/.test(value) ? Number(value) : NaN
  const low = minimum ?? 0
  return number >= low && number <= (maximum ?? Infinity) && (number - low) % (step ?? 1) === 0
}

/** The condition that closes a circle. */
function circle(options: readonly ConditionedOption[]): ConditionProblem | null {
  const byKey = new Map(options.map((option) => [option.key, option]))
  const clear = new Set<string>()
  const walk = (key: string, path: readonly string[]): readonly string[] | null => {
    if (path.includes(key)) return [...path.slice(path.indexOf(key)), key]
    if (clear.has(key)) return null
    const option = byKey.get(key)
    for (const next of option ? decidersOf(option) : []) {
      const found = walk(next, [...path, key])
      if (found) return found
    }
    clear.add(key)
    return null
  }
  const round = options.reduce<readonly string[] | null>((found, { key }) => found ?? walk(key, []), null)
  if (!round) return null
  const [own, next] = round
  const { place } = placesOf([byKey.get(own!)!]).find(({ condition }) => condition.option === next)!
  const reason = `goes round in a circle: ${round.join(' → ')}`
  return { ...place, reason, expected: 'options that do not wait for each other' }
}

/** Options and values that no choice would ever bring up; named at their first condition. */
function contradictions(options: readonly ConditionedOption[]): ConditionProblem[] {
  return placesOf(options).flatMap(({ place }) => {
    if (place.index > 0 || canHold(options, place)) return []
    // The values of an option that never comes up are not what is wrong with it.
    if (place.value !== null && !canHold(options, { ...place, value: null })) return []
    const reason = 'can never hold together with the conditions of the options that are named'
    return [{ ...place, reason, expected: 'conditions that some choice meets' }]
  })
}
