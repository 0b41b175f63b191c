import { list, sql, type Trx } from '../db/index.ts'
import { invalidInput } from '../kernel/index.ts'
import { conditionProblems, type ConditionedOption, type ConditionProblem } from './condition-problems.ts'
import { ConditionBroken } from './errors.ts'
import { storedConditions, type OptionRow, type ValueRow } from './rows.ts'

/** What was just written: an option, or a value of one; its id. */
type Written = { optionId: string } | { valueId: string }

/**
 * Refuses what leaves conditions of the product's options that cannot hold: at the conditions that were written, or by
 * name where another option or value had them before.
 */
export async function demandConditions(trx: Trx, productId: string, written: Written): Promise<void> {
  const { options, places } = await conditionedOptions(trx, productId)
  const problems = conditionProblems(options)
  if (problems.length === 0) return
  const own = problems.filter((problem) => isOwn(places, problem, written))
  if (own.length > 0)
    throw invalidInput(
      Object.fromEntries(
        own.map(({ index, reason, expected }) => [`conditions.${index}`, `${reason}; ${expected}`]),
      ),
    )
  const [{ option, value, reason }] = problems as [ConditionProblem]
  throw ConditionBroken({ of: value === null ? option : `${option}: ${value}`, reason })
}

const placeOf = (option: string, value: string | null) => `${option} ${value ?? ''}`

/** The options of a product as they stand now, with the ids of what bears conditions. */
async function conditionedOptions(trx: Trx, productId: string) {
  const rows = await trx.all<OptionRow>(
    sql`select * from options where product_id = ${productId} order by position, id`,
  )
  const values = await trx.all<ValueRow>(
    sql`select * from option_values where option_id in (${list(rows.map(({ id }) => id))}) order by position, id`,
  )
  const places = new Map<string, string>()
  const options = rows.map((row): ConditionedOption => {
    places.set(placeOf(row.option_key, null), row.id)
    const own = values.filter(({ option_id }) => option_id === row.id)
    for (const { id, value_key } of own) places.set(placeOf(row.option_key, value_key), id)
    return storedConditions(row, own)
  })
  return { options, places }
}

function isOwn(places: ReadonlyMap<string, string>, problem: ConditionProblem, written: Written): boolean {
  const id = places.get(placeOf(problem.option, problem.value))
  return id === ('optionId' in written ? written.optionId : written.valueId)
}
