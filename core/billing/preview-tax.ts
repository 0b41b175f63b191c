import { Type, isCurrency } from '../../sdk/index.ts'
import { findReachableSeller, requireCountry } from '../brands/index.ts'
import { invalidInput, isoDate } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { roundingOf } from './plan-invoice.ts'
import { computeTax, type RoundingPlace, type TaxedDocument } from './tax.ts'
import { noteTaxes, type TaxNote } from './tax-notes.ts'
import { rulesForPlace } from './tax-rules-of.ts'
import { homeTaxes, taxesFor } from './taxes-for.ts'
import { owedSums } from './untaxed-price.ts'

export interface TaxPreview extends TaxedDocument {
  notes: readonly TaxNote[]
  rounding: RoundingPlace
}

/** What tax would this buyer pay for a product of this class on this day? By the rules and rounding of an invoice. */
export const previewTaxOf = defineVerb(
  {
    permission: 'tax_rule.preview',
    audience: ['staff'],
    input: Type.Object({
      seller_id: Type.String(),
      country: Type.String({ pattern: '^[A-Z]{2}$' }),
      region: Type.Optional(Type.String({ maxLength: 6 })),
      postcode: Type.Optional(Type.String({ maxLength: 20 })),
      buyer_kind: Type.Enum(['consumer', 'business', 'exempt']),
      tax_class: Type.String({ pattern: '^[a-z0-9_]{1,40}$' }),
      on: Type.String({ format: 'date' }),
      currency: Type.String({ pattern: '^[A-Z]{3}$' }),
      amount_minor: Type.String({ pattern: '^-?\\d{1,15}$' }),
      inclusive: Type.Optional(Type.Boolean()),
      locale: Type.Optional(Type.String({ maxLength: 12 })),
    }),
  },
  async (means: Means, input, actor): Promise<TaxPreview> => {
    requireCountry(input.country)
    if (!isCurrency(input.currency)) throw invalidInput({ currency: 'is not a currency code of ISO 4217' })
    await findReachableSeller(means.db, actor, input.seller_id)
    const buyer = {
      ...{ country: input.country, region: input.region || null, postcode: input.postcode ?? '' },
      ...{ exempt: input.buyer_kind === 'exempt', business: input.buyer_kind === 'business' },
    }
    const { rules, rounding, untaxedPrice, home } = await rulesForPlace(
      means.db,
      { sellerId: input.seller_id },
      buyer,
    )
    const { tax_class: taxClass, inclusive = false } = input
    const on = isoDate(input.on)
    const stated = {
      ...{ amountMinor: BigInt(input.amount_minor), taxClass },
      taxes: taxesFor(rules, buyer, taxClass, on),
    }
    const how = roundingOf({ taxRounding: rounding }, input.currency)
    const taxesOf = () => homeTaxes(rules, home, taxClass, on)
    const [owed] = inclusive ? owedSums([stated], { untaxedPrice, taxesOf, rounding: how }) : []
    const line = { ...stated, amountMinor: owed ?? stated.amountMinor }
    return {
      ...computeTax([line], inclusive, how),
      notes: noteTaxes([line], input.locale ?? 'en'),
      rounding,
    }
  },
)
