import { conditionProblems, type ConditionedOption, type ConditionProblem } from '../condition-problems.ts'
import { conditionsOf, storedConditions, storedValue, type OptionRow, type ValueRow } from '../rows.ts'
import type { Current } from './current.ts'
import type { FileReader } from './reader.ts'
import type { CatalogFile, FileOption, FileProduct, FileValue } from './shape.ts'

/** Conditions are judged as the product will stand: with what the file leaves as it is in the shop. */
export function checkConditions(
  reader: FileReader,
  product: FileProduct,
  of: { file: CatalogFile; current: Current },
): void {
  const row = of.current.products.get(product.slug)
  const held = (row && of.current.options.get(row.id)) ?? []
  const valuesOf = (option: OptionRow | undefined) => (option && of.current.values.get(option.id)) ?? []
  const named = product.options.map((option) => {
    const old = held.find(({ option_key }) => option_key === option.key)
    return merged(option, { old, values: valuesOf(old), isKept: !of.file.retireMissing })
  })
  const others = of.file.retireMissing
    ? []
    : held.filter((old) => !product.options.some(({ key }) => key === old.option_key))
  const kept = others.map((old) => storedConditions(old, valuesOf(old)))
  for (const problem of conditionProblems([...named, ...kept])) refuse(reader, product, problem)
}

interface Old {
  old: OptionRow | undefined
  values: readonly ValueRow[]
  /** Whether values that the file does not name stay on sale. */
  isKept: boolean
}

function merged(option: FileOption, { old, values, isKept }: Old): ConditionedOption {
  const count = (name: 'minimum' | 'maximum' | 'step') =>
    option[name] === undefined ? (old?.[name] ?? null) : option[name]
  const inFile = option.values.map(({ key, conditions }) => {
    const row = values.find(({ value_key }) => value_key === key)
    return { key, retiredAt: null, conditions: conditions ?? (row ? conditionsOf(row) : []) }
  })
  const rest = values.filter(({ value_key }) => !inFile.some(({ key }) => key === value_key))
  return {
    ...{ key: option.key, kind: option.kind, retiredAt: null },
    ...{ minimum: count('minimum'), maximum: count('maximum'), step: count('step') },
    conditions: option.conditions ?? (old ? conditionsOf(old) : []),
    values: [...inFile, ...(isKept ? rest.map(storedValue) : [])],
  }
}

/** At the condition; one that the file does not state is named at what the file says of its option. */
function refuse(reader: FileReader, product: FileProduct, problem: ConditionProblem): void {
  const { index, expected, reason } = problem
  const option = product.options.find(({ key }) => key === problem.option)
  const value = option?.values.find(({ key }) => key === problem.value)
  const bearer: FileOption | FileValue | undefined = problem.value === null ? option : value
  const condition = bearer?.conditions?.[index]
  if (condition) return reader.refuse(condition.entry, reason, expected)
  const who = [problem.option, problem.value].filter((key) => key !== null).join(': ')
  reader.refuse(
    (value ?? option ?? product).entry,
    `the condition that "${who}" has in the shop ${reason}`,
    `conditions under "${who}" that fit, or none: []`,
  )
}
