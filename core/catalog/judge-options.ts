import { allHold, conditionsText, decidersFirst, type Picked, type PickedFor } from './conditions.ts'
import { ticked } from './order-fields.ts'
import type { Option, OptionValue } from './product.ts'

export interface PickedChoice extends Picked {
  of?: OptionValue
  moduleValue: string | null
  shown: string
}

export interface Judged {
  /** With the values that are offered beside the other choices; null where the option is not offered itself. */
  offered: Option | null
  pick: PickedChoice | null
  problem?: string
}

type Outcome = { pick: PickedChoice | null } | { pick: null; problem: string }

/** What was chosen for each option that is sold, by its key, those that decide on others first. */
export function judgeOptions(
  options: readonly Option[],
  given: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, Judged> {
  const judged = new Map<string, Judged>()
  const pickedFor: PickedFor = (key) => judged.get(key)?.pick ?? null
  for (const option of decidersFirst(options))
    if (!option.retiredAt) judged.set(option.key, judgeOption(option, given[option.key], pickedFor))
  return judged
}

/** What is not given is the preset; what is not offered may not be given. */
export function judgeOption(option: Option, given: unknown, pickedFor: PickedFor): Judged {
  const offered = offeredOf(option, pickedFor)
  if (offered) return { offered, ...choose(offered, given ?? presetOf(offered)) }
  const nothing = { offered, pick: null }
  return isChosen(option, given) ? { ...nothing, problem: whyNot(option, pickedFor) } : nothing
}

/** An option of which no value is left is not offered either. */
function offeredOf(option: Option, pickedFor: PickedFor): Option | null {
  if (!allHold(option.conditions, pickedFor)) return null
  const values = option.values.filter(({ conditions }) => allHold(conditions, pickedFor))
  if (values.length === option.values.length) return option
  return values.some(({ retiredAt }) => !retiredAt) ? { ...option, values } : null
}

const whyNot = ({ conditions }: Option, pickedFor: PickedFor): string =>
  allHold(conditions, pickedFor)
    ? 'is not offered with the other choices'
    : `is offered only where ${conditionsText(conditions)}`

/** A preset may be a value that is not offered beside the other choices, or is full. */
export function presetOf({ preset, values }: Option): string | null {
  return values.length === 0 || values.some((value) => value.key === preset && !isFull(value)) ? preset : null
}

/** Nothing more fits at the place that the value stands for. */
export const isFull = ({ free }: Pick<OptionValue, 'free'>): boolean => free === 0

function isChosen({ kind }: Option, given: unknown): boolean {
  if (given === undefined || given === null || given === '') return false
  if (kind === 'checkbox') return ticked(given)
  return kind === 'list' || kind === 'radio' || String(given) !== '0'
}

function choose(option: Option, given: unknown): Outcome {
  switch (option.kind) {
    case 'list':
    case 'radio':
      return chooseValue(option, given)
    case 'checkbox':
      return chooseTick(option, given)
    case 'quantity':
    case 'number':
      return chooseNumber(option, given)
  }
}

const refused = (problem: string): Outcome => ({ pick: null, problem })

function chooseValue(option: Option, given: unknown): Outcome {
  const sold = option.values.filter((value) => !value.retiredAt)
  const free = sold.filter((value) => !isFull(value)).map((value) => value.key)
  const allowed = free.length === 0 && sold.length > 0 ? 'all are full' : `choose one of ${free.join(', ')}`
  if (given === null || given === undefined || given === '')
    return option.required ? refused(`must be chosen; ${allowed}`) : { pick: null }
  const key = typeof given === 'string' || typeof given === 'number' ? String(given) : ''
  const value = option.values.find((candidate) => candidate.key === key)
  if (!value) return refused(`"${key}" is not offered; ${allowed}`)
  if (value.retiredAt) return refused(`"${value.label}" is no longer sold; ${allowed}`)
  if (isFull(value)) return refused(`"${value.label}" is full; ${allowed}`)
  const moduleValue = value.moduleValue ?? value.key
  return { pick: { value: key, quantity: 1, of: value, moduleValue, shown: value.label } }
}

function chooseTick(option: Option, given: unknown): Outcome {
  if (ticked(given)) return { pick: { value: '1', quantity: 1, moduleValue: '1', shown: option.unit ?? '' } }
  return option.required ? refused('must be ticked') : { pick: null }
}

function chooseNumber(option: Option, given: unknown): Outcome {
  const minimum = option.minimum ?? 0
  const text = given === null || given === undefined || given === '' ? String(minimum) : String(given)
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN
  const step = option.step ?? 1
  const tooMuch = option.maximum !== null && number > option.maximum
  if (!(number >= minimum) || tooMuch || (number - minimum) % step !== 0)
    return refused(rangeOf(option, minimum, step))
  if (number === 0) return option.required ? refused(rangeOf(option, 1, step)) : { pick: null }
  const shown = option.unit ? `${number} ${option.unit}` : String(number)
  return { pick: { value: String(number), quantity: number, moduleValue: String(number), shown } }
}

function rangeOf(option: Option, minimum: number, step: number): string {
  const unit = option.unit ? ` ${option.unit}` : ''
  const range =
    option.maximum === null ? `${minimum}${unit} or more` : `${minimum} to ${option.maximum}${unit}`
  return step === 1 ? `must be a whole number, ${range}` : `must be ${range} in steps of ${step}`
}
