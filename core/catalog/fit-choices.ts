import { decidersFirst, isConditional, type PickedFor } from './conditions.ts'
import { isFull, judgeOption, judgeOptions, type Judged } from './judge-options.ts'
import type { Option } from './product.ts'

export interface FittedChoices {
  /** What was given, without what is not offered any more. */
  given: Record<string, unknown>
  /** The options that are offered, each with the values that are; in the order of the product. */
  offered: Option[]
  /** Keys of what was given and does not stand. */
  dropped: string[]
}

/**
 * A choice as pages take it up: where one option decides on others, what was on the page before is dropped instead of
 * refused. A list that must say something says its first value, as a browser shows it.
 */
export function fitChoices(
  options: readonly Option[],
  given: Readonly<Record<string, unknown>>,
): FittedChoices {
  const sold = options.filter(({ retiredAt }) => !retiredAt)
  if (!sold.some(isConditional)) return { given: { ...given }, offered: sold, dropped: [] }
  const fitted: FittedChoices = { given: { ...given }, offered: [], dropped: [] }
  const judged = new Map<string, Judged>()
  const pickedFor: PickedFor = (key) => judged.get(key)?.pick ?? null
  for (const option of decidersFirst(sold)) judged.set(option.key, fit(option, fitted, pickedFor))
  fitted.offered = sold.flatMap(({ key }) => judged.get(key)?.offered ?? [])
  return fitted
}

function fit(option: Option, { given, dropped }: FittedChoices, pickedFor: PickedFor): Judged {
  const { key } = option
  const judged = judgeOption(option, given[key], pickedFor)
  if (judged.problem === undefined || !isConditional(option)) return judged
  const isOut = judged.offered === null || isHidden(option, judged.offered, given[key])
  if (!isOut && given[key] !== undefined) return judged
  if (isOut) dropped.push(key)
  delete given[key]
  const anew = judgeOption(option, undefined, pickedFor)
  if (anew.problem === undefined || option.kind !== 'list' || !anew.offered) return anew
  given[key] = anew.offered.values.find((value) => !value.retiredAt && !isFull(value))?.key
  return judgeOption(option, given[key], pickedFor)
}

/** A value that the option has, and that is not offered beside the other choices. */
const isHidden = (option: Option, offered: Option, given: unknown): boolean =>
  option.values.some(({ key }) => key === given) && !offered.values.some(({ key }) => key === given)

/** Keys of the options that are offered beside this choice. */
export const offeredKeys = (
  options: readonly Option[],
  given: Readonly<Record<string, unknown>>,
): ReadonlySet<string> =>
  new Set([...judgeOptions(options, given)].flatMap(([key, { offered }]) => (offered ? [key] : [])))
