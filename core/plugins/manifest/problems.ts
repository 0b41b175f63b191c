import type { ErrorObject } from 'ajv/dist/2020.js'
import { keyOf, lineAndColumn, placesIn } from './json-places.ts'
import { nearest } from './near.ts'

/** Something in a manifest that does not fit. */
export interface Problem {
  /** From the whole to what does not fit; empty: the whole. */
  path: readonly string[]
  /** This key of it is meant. */
  key?: string
  reason: string
  /** What was written, and what might have been meant by it. */
  meant?: { written: unknown; known: Iterable<string> }
  expected?: string
}

const PROBLEMS_MAX = 10

/** As people read them. Lines are told of a text that has several: one line was written by a program. */
export function tellProblems(problems: readonly Problem[], text: string): string[] {
  const place = text.trim().includes('\n') ? placer(text) : () => ''
  return [...new Set(problems.slice(0, 10 * PROBLEMS_MAX).map((one) => tell(one, place(one))))].slice(
    0,
    PROBLEMS_MAX,
  )
}

function tell({ path, reason, meant, expected }: Problem, place: string): string {
  const near = typeof meant?.written === 'string' ? nearest(meant.written, meant.known) : undefined
  const hint = near === undefined ? '' : `; did you mean "${near}"?`
  const form = expected === undefined ? '' : ` (expected: ${expected})`
  return `${path.join('.') || 'the whole'}${place}: ${reason}${hint}${form}`
}

/** What is missing has no place: that of the part in which it is missed is told. */
function placer(text: string): (problem: Problem) => string {
  const { values, keys } = placesIn(text)
  return ({ path, key }) => {
    const ownKey = key === undefined ? undefined : keys.get(keyOf([...path, key]))
    for (let length = path.length; length >= 0; length--) {
      const offset = ownKey ?? values.get(keyOf(path.slice(0, length)))
      if (offset !== undefined) return ` (${lineAndColumn(text, offset)})`
    }
    return ''
  }
}

/** Complaints of Ajv (all errors, verbose) about the value at `above`. */
export function problemsOf(errors: readonly ErrorObject[], above: readonly string[] = []): Problem[] {
  return asChoices(nearestBranches(errors))
    .filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'if')
    .map((error) => problemOf(error, above))
}

const partsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

function problemOf(error: ErrorObject, above: readonly string[]): Problem {
  const path = [...above, ...partsOf(error.instancePath)]
  const params = error.params as {
    additionalProperty?: string
    missingProperty?: string
    allowedValues?: unknown[]
  }
  const { additionalProperty: key, missingProperty: missing, allowedValues } = params
  if (key !== undefined) {
    const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {})
    const reason = `the key "${key}" is not known`
    return { path, key, reason, meant: { written: key, known }, expected: known.join(', ') }
  }
  if (missing !== undefined) return { path, reason: `"${missing}" is missing` }
  const reason = error.message ?? 'does not fit'
  if (allowedValues === undefined) return { path, reason, expected: formOf(error) }
  const known = allowedValues.map(String)
  return { path, reason, meant: { written: error.data, known }, expected: known.join(', ') }
}

function formOf({ parentSchema, schema }: ErrorObject): string {
  const form = parentSchema as { description?: string; type?: string; pattern?: string } | undefined
  return form?.description ?? form?.pattern ?? form?.type ?? JSON.stringify(schema)
}

/** A union fails once for each branch; only the complaints of the one that was probably meant help. */
function nearestBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  const dropped = new Set<ErrorObject>()
  for (const union of errors.filter(({ keyword }) => keyword === 'anyOf')) {
    const start = `${union.schemaPath}/`
    const branches = Map.groupBy(
      errors.filter((one) => one.schemaPath.startsWith(start) && isAtOrIn(one, union)),
      ({ schemaPath }) => schemaPath.slice(start.length).split('/')[0],
    )
    const isChoice = [...branches.values()].every((all) => all.every(({ keyword }) => keyword === 'const'))
    if (isChoice) continue
    const ranked = [...branches.values()].sort((a, b) => distance(a, union) - distance(b, union))
    for (const error of ranked.slice(1).flat()) dropped.add(error)
  }
  const left = errors.filter((error) => !dropped.has(error))
  return left.filter((error) => error.keyword !== 'type' || !left.some((other) => saysMore(other, error)))
}

const isAtOrIn = ({ instancePath }: ErrorObject, { instancePath: outer }: ErrorObject): boolean =>
  instancePath === outer || instancePath.startsWith(`${outer}/`)

/** The branches of a union that lies in another schema cannot be told apart; what has a form was meant more than a type. */
const saysMore = (one: ErrorObject, { instancePath }: ErrorObject): boolean =>
  one.instancePath === instancePath && one.keyword === 'enum'

/** Another type, or another name of the kind of thing, says that something else was meant; the rest are mistakes. */
function distance(branch: readonly ErrorObject[], { instancePath, schemaPath }: ErrorObject): number {
  const isOther = ({ keyword, instancePath: at, schemaPath: rule }: ErrorObject) =>
    keyword === 'const'
      ? at !== instancePath && !rule.slice(schemaPath.length).includes('/anyOf/')
      : keyword === 'type' && at === instancePath
  return branch.reduce((sum, error) => sum + (isOther(error) ? 100 : 1), 0)
}

/** Several constants for one value are one choice. */
function asChoices(errors: readonly ErrorObject[]): ErrorObject[] {
  const constants = Map.groupBy(
    errors.filter(({ keyword }) => keyword === 'const'),
    ({ instancePath }) => instancePath,
  )
  return errors.flatMap((error) => {
    if (error.keyword !== 'const') return [error]
    const all = constants.get(error.instancePath)!
    if (all[0] !== error) return []
    const allowedValues = all.map(({ params }) => (params as { allowedValue: unknown }).allowedValue)
    return [{ ...error, message: 'must be equal to one of the allowed values', params: { allowedValues } }]
  })
}
