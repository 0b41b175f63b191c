import { ticked } from './order-fields.ts'
import { chargeFor, chargeOf, listTrace, type PriceTerms } from './prices.ts'
import type { Option, OptionValue, Price } from './product.ts'

/** What was chosen for one option, as it is charged and handed to the module. */
export interface Choice {
  optionId: string
  key: string
  valueId: string | null
  /** "Memory: 8 GB" */
  label: string
  /** The number of a quantity or number, else 1. */
  quantity: number
  /** Times the unit is charged for one product: the number, or 1 where steps make one sum of it. */
  times: number
  /** How the steps of a price came to the unit; null without steps. */
  pricing: string | null
  /** Value key, number or "1". */
  value: string
  setting: string | null
  moduleValue: string | null
  priceId: string | null
  /** For one unit and one period. */
  amountMinor: bigint
  setupMinor: bigint
  trace: Record<string, string | number | null>
}

export interface Choices {
  choices: Choice[]
  errors: Record<string, string>
}

type Pick = { value: string; quantity: number; of?: OptionValue; moduleValue: string | null; shown: string }
type Outcome = { pick: Pick | null } | { problem: string }

/** Reads what was chosen, fills in presets, and prices it. Errors are named "option.KEY". */
export function chooseOptions(
  options: readonly Option[],
  given: Readonly<Record<string, unknown>>,
  terms: PriceTerms,
): Choices {
  const result: Choices = { choices: [], errors: {} }
  for (const option of options) {
    if (option.retiredAt) continue
    const outcome = choose(option, given[option.key] ?? option.preset)
    if ('problem' in outcome) result.errors[`option.${option.key}`] = outcome.problem
    else if (outcome.pick) addChoice(result, option, outcome.pick, terms)
  }
  for (const key of Object.keys(given)) {
    const option = options.find((candidate) => candidate.key === key)
    if (!option) result.errors[`option.${key}`] = 'is not an option of this product'
    else if (option.retiredAt) result.errors[`option.${key}`] = 'is no longer offered'
  }
  return result
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

function chooseValue(option: Option, given: unknown): Outcome {
  const sold = option.values.filter((value) => !value.retiredAt)
  const allowed = `choose one of ${sold.map((value) => value.key).join(', ')}`
  if (given === null || given === undefined || given === '')
    return option.required ? { problem: `must be chosen; ${allowed}` } : { pick: null }
  const key = typeof given === 'string' || typeof given === 'number' ? String(given) : ''
  const value = option.values.find((candidate) => candidate.key === key)
  if (!value) return { problem: `"${key}" is not offered; ${allowed}` }
  if (value.retiredAt) return { problem: `"${value.label}" is no longer sold; ${allowed}` }
  return {
    pick: {
      value: key,
      quantity: 1,
      of: value,
      moduleValue: value.moduleValue ?? value.key,
      shown: value.label,
    },
  }
}

function chooseTick(option: Option, given: unknown): Outcome {
  if (ticked(given)) return { pick: { value: '1', quantity: 1, moduleValue: '1', shown: option.unit ?? '' } }
  return option.required ? { problem: 'must be ticked' } : { pick: null }
}

function chooseNumber(option: Option, given: unknown): Outcome {
  const minimum = option.minimum ?? 0
  const text = given === null || given === undefined || given === '' ? String(minimum) : String(given)
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN
  const step = option.step ?? 1
  const tooMuch = option.maximum !== null && number > option.maximum
  if (!(number >= minimum) || tooMuch || (number - minimum) % step !== 0)
    return { problem: rangeOf(option, minimum, step) }
  if (number === 0) return option.required ? { problem: rangeOf(option, 1, step) } : { pick: null }
  const shown = option.unit ? `${number} ${option.unit}` : String(number)
  return { pick: { value: text, quantity: number, moduleValue: String(number), shown } }
}

function rangeOf(option: Option, minimum: number, step: number): string {
  const unit = option.unit ? ` ${option.unit}` : ''
  const range =
    option.maximum === null ? `${minimum}${unit} or more` : `${minimum} to ${option.maximum}${unit}`
  return step === 1 ? `must be a whole number, ${range}` : `must be ${range} in steps of ${step}`
}

function addChoice(result: Choices, option: Option, pick: Pick, terms: PriceTerms): void {
  const prices: readonly Price[] = pick.of ? pick.of.prices : option.prices
  const charge = chargeFor(prices, terms)
  if (!charge) {
    result.errors[`option.${option.key}`] = `is not sold for "${terms.cycle}" in ${terms.currency}`
    return
  }
  const { times, unitMinor, pricing } = chargeOf(charge, pick.quantity)
  result.choices.push({
    optionId: option.id,
    key: option.key,
    valueId: pick.of?.id ?? null,
    label: pick.shown ? `${option.name}: ${pick.shown}` : option.name,
    quantity: pick.quantity,
    ...{ times, pricing },
    value: pick.value,
    setting: option.setting,
    moduleValue: pick.moduleValue,
    priceId: charge.priceId,
    amountMinor: unitMinor,
    setupMinor: charge.setupMinor,
    trace: {
      option: option.key,
      value: pick.value,
      price_id: charge.priceId,
      valid_from: charge.validFrom,
      cycle: terms.cycle,
      ...listTrace(charge),
      ...(pricing === null ? {} : { pricing }),
    },
  })
}
