import { valueAt, type Fields } from './fields.ts'
import type { Lookups } from './find-violations.ts'

export interface Checked {
  value: unknown
  /** What stands behind the colon of the rule. */
  args: string
  /** Whether sizes are of the number rather than of the text. */
  numeric: boolean
  fields: Fields
  lookups: Lookups
}

export type Check = (checked: Checked) => boolean

/** These rules are checked even when the field is absent. */
export const IMPLICIT: ReadonlySet<string> = new Set([
  'required',
  'required_with',
  'required_without',
  'present',
  'present_with',
])

const filled = (value: unknown) =>
  value !== undefined && value !== null && !(typeof value === 'object' && Object.keys(value).length === 0)
const always: Check = () => true
const integerLike = (value: unknown) =>
  (typeof value === 'number' || typeof value === 'string') && /^-?\d+$/.test(String(value))
const numberLike = (value: unknown) =>
  typeof value === 'number' || (typeof value === 'string' && value !== '' && Number.isFinite(Number(value)))

/** Validation rules by name. A check is true when the value keeps the rule. */
export const CHECKS: Record<string, Check> = {
  nullable: always,
  sometimes: always,
  required: ({ value }) => filled(value),
  required_with: ({ value, args, fields }) => !filled(valueAt(fields, args)) || filled(value),
  required_without: ({ value, args, fields }) => filled(valueAt(fields, args)) || filled(value),
  present: ({ value }) => value !== undefined,
  present_with: ({ value, args, fields }) => !filled(valueAt(fields, args)) || value !== undefined,
  string: ({ value }) => typeof value === 'string',
  integer: ({ value }) => integerLike(value),
  numeric: ({ value }) => numberLike(value),
  boolean: ({ value }) => [true, false, 0, 1, '0', '1'].some((flag) => flag === value),
  array: ({ value }) => typeof value === 'object' && value !== null,
  email: ({ value }) => typeof value === 'string' && /^[^\s@]+@[^\s@]+$/.test(value),
  username: ({ value }) => /^[a-z0-9][\w.-]+[a-z0-9]$/.test(String(value).toLowerCase()),
  alpha_dash: ({ value }) => /^[\p{L}\p{M}\p{N}_-]+$/u.test(String(value)),
  min: (checked) => sizeOf(checked) >= Number(checked.args),
  max: (checked) => sizeOf(checked) <= Number(checked.args),
  between: (checked) => {
    const [least = 0, most = 0] = checked.args.split(',').map(Number)
    return sizeOf(checked) >= least && sizeOf(checked) <= most
  },
  in: ({ value, args }) => args.split(',').includes(String(value)),
  regex: ({ value, args }) => new RegExp(args.slice(1, -1)).test(String(value)),
  exists: ({ value, args, lookups }) => lookups.exists(args, value),
  unique: ({ value, args, lookups }) => !lookups.taken(args, value),
}

/** The number itself, the length of a text in characters, or the count of a list. */
function sizeOf({ value, numeric }: Checked): number {
  if (numeric || typeof value === 'number') return Number(value)
  if (Array.isArray(value)) return value.length
  return Array.from(String(value)).length
}
