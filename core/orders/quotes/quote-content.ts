import { Type, type Static } from '../../../sdk/index.ts'
import { wishFields } from '../items.ts'

const Minor = Type.String({ pattern: '^-?\\d{1,15}$' })

/** A product as it is ordered, at its own price or one that was agreed on. */
const ProductLine = Type.Object(
  {
    ...wishFields,
    /** Off everything of the line; "12.5" is 12.5 %. */
    percent: Type.Optional(Type.String({ pattern: '^\\d{1,3}(\\.\\d{1,4})?$' })),
    /** Price of one unit of the product itself, instead of that of the catalogue. Minor units, zero or more. */
    unit_minor: Type.Optional(Type.String({ pattern: '^\\d{1,15}$' })),
    /** Whether renewals keep the percentage or the price; otherwise the first period alone has it. */
    lasts: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

/** Anything else, charged once; below zero for a reduction. */
const FreeLine = Type.Object(
  {
    description: Type.String({ minLength: 1, maxLength: 500 }),
    quantity: Type.Integer({ minimum: 1, maximum: 100_000 }),
    unit_minor: Minor,
    tax_class: Type.String({ pattern: '^[a-z][a-z0-9_]*$', maxLength: 40, default: 'standard' }),
  },
  { additionalProperties: false },
)
export type FreeLine = Static<typeof FreeLine>

export const quoteFields = {
  title: Type.String({ minLength: 1, maxLength: 200 }),
  /** What the client reads above the lines. */
  intro: Type.Optional(Type.String({ maxLength: 4_000 })),
  expires_on: Type.String({ format: 'date' }),
  /** How the price of the quote is called on lines that it lowers: "Agreed price". */
  discount_label: Type.String({ minLength: 1, maxLength: 80, default: 'Discount' }),
  products: Type.Array(ProductLine, { maxItems: 30, default: [] }),
  lines: Type.Array(FreeLine, { maxItems: 50, default: [] }),
}
export const QuoteContent = Type.Object(quoteFields, { additionalProperties: false })
export type QuoteContent = Static<typeof QuoteContent>
export type ProductLine = Static<typeof ProductLine>
