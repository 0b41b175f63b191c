import { Type, type TProperties } from '../../sdk/index.ts'
import { couponBuyers } from './coupon.ts'
import { deliveryMoments, fieldKinds, groupLayouts, optionKinds, productKinds } from './product.ts'

/** Shapes that several verbs of the catalogue take. */

/** Inputs become columns, so a verb takes exactly the fields it names. */
export const exactly = <P extends TProperties>(fields: P) =>
  Type.Object(fields, { additionalProperties: false })

export const Id = Type.String({ minLength: 1, maxLength: 64 })
export const Slug = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 80 })
export const Key = Type.String({ pattern: '^[a-z0-9][a-z0-9_.-]*$', maxLength: 60 })
export const Name = Type.String({ minLength: 1, maxLength: 120 })
export const Position = Type.Integer({ minimum: 0, maximum: 1_000_000 })
export const Version = Type.Optional(Type.Integer({ minimum: 1 }))
export const CycleText = Type.String({ pattern: '^(once|free|[1-9][0-9]{0,2}[hdwmy])$' })
export const CurrencyCode = Type.String({ pattern: '^[A-Z]{3}$' })
/** "12.34" */
export const Amount = Type.String({ pattern: '^[0-9]{1,15}(\\.[0-9]{1,4})?$' })
export const Day = Type.String({ format: 'date' })
/** A text that may be empty for "none". */
const text = (maxLength: number) => Type.Optional(Type.Union([Type.String({ maxLength }), Type.Null()]))
/** One type with two names: of a union the check would take a refused 0 for null, so "none at all" for "no limit". */
export const count = (minimum = 0, maximum = 1_000_000_000) =>
  Type.Optional(Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum, maximum }))

export const groupFields = {
  parent_id: Type.Optional(Type.Union([Id, Type.Null()])),
  headline: text(200),
  description: text(20_000),
  layout: Type.Optional(Type.Enum([...groupLayouts])),
  position: Type.Optional(Position),
  hidden: Type.Optional(Type.Boolean()),
}

export const productFields = {
  summary: text(300),
  description: text(20_000),
  features: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 30 })),
  position: Type.Optional(Position),
  featured: Type.Optional(Type.Boolean()),
  tax_class: Type.Optional(Type.String({ pattern: '^[a-z][a-z0-9_]*$', maxLength: 40 })),
  stock: count(),
  delivery_on: Type.Optional(Type.Enum([...deliveryMoments])),
  instance_id: text(64),
  server_group_id: text(64),
  module_settings: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  grace_days: count(),
  terminate_days: count(),
}
export const ProductKindText = Type.Enum([...productKinds])

/** All must hold. Each states one test; whether it fits the option that it names is checked with the whole product. */
const Conditions = Type.Optional(
  Type.Array(
    exactly({
      option: Key,
      is: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
      one_of: Type.Optional(
        Type.Array(Type.String({ minLength: 1, maxLength: 60 }), { minItems: 1, maxItems: 100 }),
      ),
      at_least: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
      set: Type.Optional(Type.Literal(true)),
    }),
    { maxItems: 10 },
  ),
)

export const optionFields = {
  hint: text(300),
  unit: text(40),
  required: Type.Optional(Type.Boolean()),
  minimum: count(),
  maximum: count(),
  step: count(1),
  preset: text(60),
  setting: text(120),
  changeable: Type.Optional(Type.Boolean()),
  conditions: Conditions,
  position: Type.Optional(Position),
}
export const OptionKindText = Type.Enum([...optionKinds])

export const valueFields = {
  module_value: text(200),
  server_group_id: text(64),
  conditions: Conditions,
  position: Type.Optional(Position),
}

export const orderFieldFields = {
  hint: text(300),
  choices: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 120 }), { maxItems: 100 })),
  pattern: text(300),
  required: Type.Optional(Type.Boolean()),
  setting: text(120),
  position: Type.Optional(Position),
}
export const FieldKindText = Type.Enum([...fieldKinds])

export const couponFields = {
  product_ids: Type.Optional(Type.Array(Id, { maxItems: 500 })),
  group_ids: Type.Optional(Type.Array(Id, { maxItems: 100 })),
  only_cycles: Type.Optional(Type.Array(CycleText, { maxItems: 20 })),
  only_currencies: Type.Optional(Type.Array(CurrencyCode, { maxItems: 30 })),
  /** One of them must be in the order or owned by the client. */
  required_product_ids: Type.Optional(Type.Array(Id, { maxItems: 100 })),
  buyers: Type.Optional(Type.Enum([...couponBuyers])),
  /** The order must come to this before discounts; null takes the limit away. */
  minimum: Type.Optional(Type.Union([Amount, Type.Null()])),
  minimum_currency: Type.Optional(Type.Union([CurrencyCode, Type.Null()])),
  stackable: Type.Optional(Type.Boolean()),
  automatic: Type.Optional(Type.Boolean()),
  cycles: count(1),
  starts_on: Type.Optional(Type.Union([Day, Type.Null()])),
  ends_on: Type.Optional(Type.Union([Day, Type.Null()])),
  uses_max: count(1),
  uses_per_client: count(1),
}
