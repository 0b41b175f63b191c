import { refuse } from '../refusals.ts'
import type { Raw, RawFields } from './form.ts'

/** Reads one parameter or refuses it. `param` is its full bracketed name, for the error. */
export interface Field<T> {
  read(raw: Raw, param: string): T
  required: boolean
}

export type FieldTable = Record<string, Field<unknown>>
export type Values<F extends FieldTable> = {
  [K in keyof F]: F[K] extends RequiredField<infer T>
    ? T
    : F[K] extends Field<infer T>
      ? T | undefined
      : never
}
interface RequiredField<T> extends Field<T> {
  required: true
}

const optional = <T>(read: Field<T>['read']): Field<T> => ({ read, required: false })

export function required<T>(field: Field<T>): RequiredField<T> {
  return { read: (raw, param) => field.read(raw, param), required: true }
}

/** An empty text unsets the field: it reads as null. */
export function clearable<T>(field: Field<T>): Field<T | null> {
  return optional((raw, param) => (raw === '' ? null : field.read(raw, param)))
}

export function text(max = 5000): Field<string> {
  return optional((raw, param) => {
    const value = plain(raw, param)
    if (value.length > max) throw refuse('text_long', { param, length: value.length, max })
    return value
  })
}

export function integer(min = 0, max = Number.MAX_SAFE_INTEGER): Field<number> {
  return optional((raw, param) => {
    const value = plain(raw, param)
    if (!/^-?\d{1,15}$/.test(value)) throw refuse('integer_invalid', { param, value })
    const number = Number(value)
    if (number < min || number > max) throw refuse('integer_range', { param, value, min, max })
    return number
  })
}

export function boolean(): Field<boolean> {
  return optional((raw, param) => {
    const value = plain(raw, param)
    if (value !== 'true' && value !== 'false') throw refuse('boolean_invalid', { param, value })
    return value === 'true'
  })
}

export function choice<const C extends string>(choices: readonly C[]): Field<C> {
  return optional((raw, param) => {
    const value = plain(raw, param)
    const found = choices.find((one) => one === value)
    if (found === undefined) throw refuse('choice_invalid', { param, value, choices: choices.join(', ') })
    return found
  })
}

export function url(): Field<string> {
  return optional((raw, param) => {
    const value = plain(raw, param)
    const parsed = URL.canParse(value) ? new URL(value) : undefined
    if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:') {
      throw refuse('url_invalid', { param, value })
    }
    return value
  })
}

export function email(): Field<string> {
  return optional((raw, param) => {
    const value = plain(raw, param)
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) throw refuse('email_invalid', { param, value })
    return value
  })
}

/** ISO code in any case; it comes back in lower case. */
export function currency(): Field<string> {
  const known = new Set(Intl.supportedValuesOf('currency'))
  return optional((raw, param) => {
    const value = plain(raw, param)
    if (!known.has(value.toUpperCase())) throw refuse('currency_invalid', { param, value })
    return value.toLowerCase()
  })
}

export function list<T>(item: Field<T>): Field<T[]> {
  return optional((raw, param) => {
    if (typeof raw === 'string') throw refuse('list_expected', { param })
    const indexes = Object.keys(raw)
    if (!indexes.every((index) => /^\d+$/.test(index))) throw refuse('list_expected', { param })
    return indexes
      .sort((a, b) => Number(a) - Number(b))
      .map((index) => item.read(raw[index] ?? '', `${param}[${index}]`))
  })
}

export function object<F extends FieldTable>(fields: F): Field<Values<F>> {
  return optional((raw, param) => {
    if (typeof raw === 'string') throw refuse('object_expected', { param })
    return readFields(fields, raw, param)
  })
}

/** At most 50 keys of 40 characters with values of 500. An empty value takes the key away, no value at all takes all away. */
export function metadata(): Field<Record<string, string> | null> {
  return optional((raw, param) => {
    if (raw === '') return null
    if (typeof raw === 'string') throw refuse('object_expected', { param })
    const entries = Object.entries(raw)
    if (entries.length > 50) throw refuse('metadata_count', { param, count: entries.length })
    return Object.fromEntries(
      entries.map(([key, inner]) => {
        const value = typeof inner === 'string' ? inner : plain(inner, `${param}[${key}]`)
        if (key.length > 40) throw refuse('metadata_key', { param, length: key.length })
        if (value.length > 500) {
          throw refuse('metadata_value', { param: `${param}[${key}]`, length: value.length })
        }
        return [key, value]
      }),
    )
  })
}

/** A parameter that is always refused with its own reason, because it used to be right. */
export function removed(name: 'payment_method_types_removed'): Field<never> {
  return optional<never>((_raw, param) => {
    throw refuse(name, { param })
  })
}

/** Reads all fields of a table and refuses what the table does not name. */
export function readFields<F extends FieldTable>(table: F, raw: RawFields, prefix = ''): Values<F> {
  const named = (name: string) => (prefix === '' ? name : `${prefix}[${name}]`)
  for (const name of Object.keys(raw)) {
    if (!Object.hasOwn(table, name)) throw refuse('parameter_unknown', { param: named(name) })
  }
  const values: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(table)) {
    const value = raw[name]
    if (value !== undefined) values[name] = field.read(value, named(name))
    else if (field.required) throw refuse('parameter_missing', { param: named(name) })
  }
  return values as Values<F>
}

function plain(raw: Raw, param: string): string {
  if (typeof raw !== 'string') throw refuse('text_expected', { param })
  if (raw === '') throw refuse('parameter_empty', { param })
  return raw
}
