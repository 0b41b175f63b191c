import type { Type as TypeBox } from 'typebox'

export type { Static, TObject, TOptional, TProperties, TSchema } from 'typebox'

type Options = Record<string, unknown>
type Schema = Record<string, unknown>

/** The functions of TypeBox that we use, with its types. */
type Builder = Pick<
  typeof TypeBox,
  | 'Array'
  | 'Boolean'
  | 'Enum'
  | 'Integer'
  | 'Literal'
  | 'Null'
  | 'Number'
  | 'Object'
  | 'Optional'
  | 'Partial'
  | 'Pick'
  | 'Record'
  | 'Ref'
  | 'String'
  | 'Union'
  | 'Unknown'
  | 'Unsafe'
>

const optional = new WeakSet<Schema>()

/**
 * Writes JSON Schemas, typed by TypeBox. What the package itself makes of these calls is the same plain JSON, but it
 * brings four hundred files, which each thread of each start would have to load.
 */
export const Type = {
  Array: (items: Schema, options?: Options) => ({ type: 'array', items, ...options }),
  Boolean: (options?: Options) => ({ type: 'boolean', ...options }),
  Enum: (values: object, options?: Options) => ({ enum: Object.values(values), ...options }),
  Integer: (options?: Options) => ({ type: 'integer', ...options }),
  Literal: (value: unknown, options?: Options) => ({ type: typeof value, const: value, ...options }),
  Null: (options?: Options) => ({ type: 'null', ...options }),
  Number: (options?: Options) => ({ type: 'number', ...options }),
  Object: objectOf,
  Optional: optionally,
  Partial: (schema: { properties: Schema }, options?: Options) =>
    objectOf(
      Object.fromEntries(
        Object.entries(schema.properties).map(([key, field]) => [key, optionally(field as Schema)]),
      ),
      options,
    ),
  Pick: (schema: { properties: Schema }, keys: readonly string[], options?: Options) =>
    objectOf(
      Object.fromEntries(Object.entries(schema.properties).filter(([key]) => keys.includes(key))) as Record<
        string,
        Schema
      >,
      options,
    ),
  Record: (key: Schema, value: Schema, options?: Options) => ({
    type: 'object',
    patternProperties: { [typeof key['pattern'] === 'string' ? key['pattern'] : '^.*$']: value },
    ...options,
  }),
  Ref: (address: string, options?: Options) => ({ $ref: address, ...options }),
  String: (options?: Options) => ({ type: 'string', ...options }),
  Union: (anyOf: readonly Schema[], options?: Options) => ({ anyOf, ...options }),
  Unknown: (options?: Options) => ({ ...options }),
  Unsafe: (schema: Schema) => ({ ...schema }),
} as unknown as Builder

function objectOf(properties: Record<string, Schema>, options?: Options): Schema {
  const required = Object.keys(properties).filter((key) => !optional.has(properties[key]!))
  return { type: 'object', ...(required.length > 0 ? { required } : {}), properties, ...options }
}

/** A copy, so that the same schema can be required elsewhere. */
function optionally(schema: Schema): Schema {
  const copy = { ...schema }
  optional.add(copy)
  return copy
}
