import { Type, type Static } from '../../sdk/index.ts'
import { QUANTITY_MAX } from '../catalog/index.ts'

/** How a wish is written down: in a cart, in an order by staff, in an API call. */

const Answers = Type.Record(Type.String({ maxLength: 60 }), Type.Unknown())

export const AddonWish = Type.Object(
  {
    product_id: Type.String({ minLength: 1, maxLength: 64 }),
    quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: QUANTITY_MAX })),
    options: Type.Optional(Answers),
    fields: Type.Optional(Answers),
  },
  { additionalProperties: false },
)
export type AddonWish = Static<typeof AddonWish>

export const wishFields = {
  product_id: Type.String({ minLength: 1, maxLength: 64 }),
  cycle: Type.String({ pattern: '^(once|free|[1-9][0-9]{0,2}[hdwmy])$' }),
  quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: QUANTITY_MAX })),
  options: Type.Optional(Answers),
  fields: Type.Optional(Answers),
  addons: Type.Optional(Type.Array(AddonWish, { maxItems: 20 })),
  /** Begin with the product's trial, where it has one. */
  trial: Type.Optional(Type.Boolean()),
}
export const ItemWish = Type.Object(
  {
    ...wishFields,
    /** The running service that it is an add-on of; a cart holds none such. */
    service_id: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  },
  { additionalProperties: false },
)
export type ItemWish = Static<typeof ItemWish>

export const ITEMS_MAX = 30
