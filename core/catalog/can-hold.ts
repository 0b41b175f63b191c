import { decidersFirst } from './conditions.ts'
import type { ConditionedOption } from './condition-problems.ts'
import type { Condition } from './product.ts'

/** What is demanded of each option, by its key. */
type Demands = ReadonlyMap<string, readonly Condition[]>

/** Whether any choice brings up this option, or this value of it. The conditions are named well and in no circle. */
export function canHold(
  options: readonly ConditionedOption[],
  wanted: { option: string; value: string | null },
): boolean {
  const { option: key, value } = wanted
  const wish: Condition = value === null ? { option: key, set: true } : { option: key, is: value }
  return satisfiable(decidersFirst(options).toReversed(), demand(new Map(), [wish]))
}

function demand(demands: Demands, conditions: readonly Condition[]): Demands {
  const more = new Map(demands)
  for (const condition of conditions)
    more.set(condition.option, [...(more.get(condition.option) ?? []), condition])
  return more
}

/** From the option back to those that decide on it: when one is reached, all that is demanded of it is known. */
function satisfiable([option, ...rest]: readonly ConditionedOption[], demands: Demands): boolean {
  if (!option) return true
  const own = demands.get(option.key)
  if (!own) return satisfiable(rest, demands)
  const offered = demand(demands, option.conditions)
  if (option.kind === 'checkbox') return satisfiable(rest, offered)
  if (option.kind === 'quantity' || option.kind === 'number')
    return canCount(option, own) && satisfiable(rest, offered)
  const values = option.values.filter(
    ({ key, retiredAt }) => !retiredAt && own.every((condition) => allows(condition, key)),
  )
  // A value without conditions demands the least of all.
  const free = values.find(({ conditions }) => conditions.length === 0)
  if (free) return satisfiable(rest, offered)
  return values.some(({ conditions }) => satisfiable(rest, demand(offered, conditions)))
}

const allows = ({ is, one_of }: Condition, value: string): boolean =>
  is === undefined ? (one_of?.includes(value) ?? true) : is === value

/** Whether one number meets all demands: one that is named, or else the largest that it goes up to. */
function canCount({ minimum, maximum, step }: ConditionedOption, demands: readonly Condition[]): boolean {
  const least = Math.max(1, ...demands.flatMap(({ at_least }) => at_least ?? []))
  const named = demands.find(({ is, one_of }) => is !== undefined || one_of !== undefined)
  if (named)
    return (named.one_of ?? [named.is!]).some(
      (value) => Number(value) >= least && demands.every((condition) => allows(condition, value)),
    )
  const [low, by] = [minimum ?? 0, step ?? 1]
  const reached = low >= least ? low : low + Math.ceil((least - low) / by) * by
  return reached <= (maximum ?? Infinity)
}
