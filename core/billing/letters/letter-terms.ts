import { isCurrency, parseDecimal, Type, type Static } from '../../../sdk/index.ts'
import { defineSetting } from '../../records/index.ts'

/** Whether documents go by post as well: for one client, for a group, or for all of a brand. */
export const byPost = defineSetting({
  key: 'billing.by_post',
  schema: Type.Boolean(),
  preset: false,
  scopes: ['installation', 'brand', 'client_group', 'client'],
})

const LetterTerms = Type.Object({
  offered: Type.Boolean(),
  fees: Type.Array(
    Type.Object({
      currency: Type.String({ pattern: '^[A-Z]{3}$' }),
      amount: Type.String({ pattern: '^\\d{1,7}([.,]\\d{1,3})?$' }),
    }),
    { maxItems: 20 },
  ),
  tax_class: Type.String({ pattern: '^[a-z][a-z0-9_]*$', maxLength: 40 }),
})
export type LetterTerms = Static<typeof LetterTerms>

/** Whether clients may ask for it themselves, and what each letter costs them. */
export const letterTerms = defineSetting({
  key: 'billing.letters',
  schema: LetterTerms,
  preset: { offered: false, fees: [], tax_class: 'standard' },
  scopes: ['installation', 'brand'],
  problem: ({ fees }) => fees.map(feeProblem).find((problem) => problem !== null) ?? null,
})

type Fee = LetterTerms['fees'][number]

const minorOf = ({ amount, currency }: Fee): bigint => parseDecimal(amount.replace(',', '.'), currency).minor

function feeProblem(fee: Fee, at: number, fees: readonly Fee[]): string | null {
  const { currency, amount } = fee
  if (!isCurrency(currency)) return `names ${currency}, which is no currency of ISO 4217`
  if (fees.findIndex((one) => one.currency === currency) < at) return `names ${currency} twice`
  try {
    minorOf(fee)
    return null
  } catch {
    return `takes fewer decimals than ${amount} in ${currency}`
  }
}

/** Of one letter, without tax or with it as prices are; 0 where none is said for the currency. */
export function letterFee({ fees }: LetterTerms, currency: string): bigint {
  const fee = fees.find((one) => one.currency === currency)
  return fee ? minorOf(fee) : 0n
}
