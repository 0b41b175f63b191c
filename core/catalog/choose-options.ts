import { judgeOptions, type Judged, type PickedChoice } from './judge-options.ts'
import { chargeFor, chargeOf, listTrace, type PriceTerms } from './prices.ts'
import type { Option, Price } from './product.ts'

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
  /** The group of servers that it stands for. */
  serverGroupId: string | null
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

/**
 * Reads what was chosen, fills in presets, and prices it. What is not offered beside the other choices is never chosen:
 * given all the same, it is an error. Errors are named "option.KEY".
 */
export function chooseOptions(
  options: readonly Option[],
  given: Readonly<Record<string, unknown>>,
  terms: PriceTerms,
): Choices {
  const result: Choices = { choices: [], errors: {} }
  const judged = judgeOptions(options, given)
  for (const option of options) {
    const { pick, problem } = judged.get(option.key) ?? NOTHING
    if (problem !== undefined) result.errors[`option.${option.key}`] = problem
    else if (pick) addChoice(result, option, pick, terms)
  }
  for (const key of Object.keys(given)) {
    const option = options.find((candidate) => candidate.key === key)
    if (!option) result.errors[`option.${key}`] = 'is not an option of this product'
    else if (option.retiredAt) result.errors[`option.${key}`] = 'is no longer offered'
  }
  return result
}

const NOTHING: Pick<Judged, 'pick' | 'problem'> = { pick: null }

function addChoice(result: Choices, option: Option, pick: PickedChoice, terms: PriceTerms): void {
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
    serverGroupId: pick.of?.serverGroupId ?? null,
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
