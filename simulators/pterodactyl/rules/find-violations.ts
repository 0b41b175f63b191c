import { CHECKS, IMPLICIT, type Check } from './checks.ts'
import { valueAt, type Fields } from './fields.ts'

/** Field to rules, e.g. `{ 'limits.memory': 'required|numeric|min:0' }`; `*` stands for each entry of a list. */
export type RuleTable = Readonly<Record<string, string>>

export interface Violation {
  /** Dotted path of the field as sent. */
  field: string
  rule: string
}

/** What rules must ask the panel for. */
export interface Lookups {
  exists(table: string, value: unknown): boolean
  taken(column: string, value: unknown): boolean
}

export function findViolations(fields: Fields, table: RuleTable, lookups: Lookups): Violation[] {
  return Object.entries(table).flatMap(([pattern, rules]) =>
    expand(fields, pattern).flatMap((field) =>
      checkField(fields, field, rules.split('|'), lookups).map((rule) => ({ field, rule })),
    ),
  )
}

function expand(fields: Fields, pattern: string): string[] {
  if (!pattern.endsWith('.*')) return [pattern]
  const path = pattern.slice(0, -2)
  const value = valueAt(fields, path)
  return Array.isArray(value) ? value.map((_, index) => `${path}.${index}`) : []
}

/** Names of the broken rules. A field that must be there and is not is told once. */
function checkField(fields: Fields, field: string, rules: string[], lookups: Lookups): string[] {
  const value = valueAt(fields, field)
  const numeric = rules.some((rule) => rule === 'integer' || rule === 'numeric')
  const broken = (rule: string) => {
    const { name, args } = readRule(rule)
    return !checkOf(name)({ value, args, numeric, fields, lookups })
  }
  if (value === undefined && rules.includes('sometimes')) return []
  const missing = rules.filter((rule) => IMPLICIT.has(readRule(rule).name) && broken(rule))
  if (missing.length > 0) return missing.slice(0, 1).map((rule) => readRule(rule).name)
  if (value === undefined || (value === null && rules.includes('nullable'))) return []
  return rules.filter(broken).map((rule) => readRule(rule).name)
}

function readRule(rule: string): { name: string; args: string } {
  const colon = rule.indexOf(':')
  return colon < 0 ? { name: rule, args: '' } : { name: rule.slice(0, colon), args: rule.slice(colon + 1) }
}

function checkOf(name: string): Check {
  const check = CHECKS[name]
  if (!check) throw new Error(`The simulator does not know the validation rule "${name}"; add it to CHECKS.`)
  return check
}
