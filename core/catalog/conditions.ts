import type { Condition, Option, OptionValue } from './product.ts'

export interface Picked {
  /** Value key, number, or "1" for a tick. */
  value: string
  quantity: number
}

/** What was picked for an option, by its key; null where nothing was. */
export type PickedFor = (key: string) => Picked | null

/** Several conditions must all hold. */
export const allHold = (conditions: readonly Condition[], pickedFor: PickedFor): boolean =>
  conditions.every((condition) => holds(condition, pickedFor(condition.option)))

function holds({ is, one_of, at_least }: Condition, picked: Picked | null): boolean {
  if (picked === null) return false
  if (is !== undefined) return picked.value === is
  if (one_of !== undefined) return one_of.includes(picked.value)
  return at_least === undefined || picked.quantity >= at_least
}

type Conditioned = Pick<Option, 'key' | 'conditions'> & {
  values: readonly Pick<OptionValue, 'conditions' | 'retiredAt'>[]
}

/** Of the option and its values, as far as they are sold: what a retired value named may be gone, or wait for it. */
export const conditionsOn = ({ conditions, values }: Conditioned): Condition[] => [
  ...conditions,
  ...values.flatMap((value) => (value.retiredAt ? [] : value.conditions)),
]

/** Keys of the options that decide whether this one, or a value of it, is offered. */
export const decidersOf = (option: Conditioned): string[] =>
  conditionsOn(option).map((condition) => condition.option)

export const isConditional = (option: Conditioned): boolean => decidersOf(option).length > 0

/** The options so that each stands behind those that decide on it. */
export function decidersFirst<T extends Conditioned>(options: readonly T[]): readonly T[] {
  if (!options.some(isConditional)) return options
  const byKey = new Map(options.map((option) => [option.key, option]))
  const ordered = new Set<T>()
  const begun = new Set<T>()
  const place = (option: T | undefined): void => {
    if (!option || begun.has(option)) return
    begun.add(option)
    for (const key of decidersOf(option)) place(byKey.get(key))
    ordered.add(option)
  }
  options.forEach(place)
  return [...ordered]
}

/** "panel" must be "plesk" and "memory" at least 8: for whoever chose what is not offered so. */
export function conditionsText(conditions: readonly Condition[]): string {
  return conditions
    .map(({ option, is, one_of, at_least }) => {
      if (is !== undefined) return `"${option}" is ${is}`
      if (one_of !== undefined) return `"${option}" is one of ${one_of.join(', ')}`
      return at_least === undefined ? `"${option}" is chosen` : `"${option}" is at least ${at_least}`
    })
    .join(' and ')
}

/** The fields of an option or value with its conditions as they are stored, where it names any. */
export const withWritten = <T extends { conditions?: readonly Condition[] | undefined }>(fields: T): T =>
  fields.conditions ? { ...fields, conditions: writtenConditions(fields.conditions) } : fields

/** The same with its fields in one order, as they are stored. */
export const writtenConditions = (conditions: readonly Condition[]): Condition[] =>
  conditions.map(({ option, is, one_of, at_least, set }) => ({
    option,
    ...(is === undefined ? {} : { is }),
    ...(one_of === undefined ? {} : { one_of }),
    ...(at_least === undefined ? {} : { at_least }),
    ...(set === undefined ? {} : { set }),
  }))
