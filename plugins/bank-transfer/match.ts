import { add, fromJson, parseDecimal, subtract, toJson, zero, type MoneyJson } from '../../sdk/index.ts'
import { stripped } from './check-digits.ts'

/** A transfer as the bank tells it: the payer's words and what has come. */
export interface Transfer {
  text: string
  amount: MoneyJson
}

/** A payment that waits for a transfer. `references` are the texts a payer may have written for it. */
export interface OpenPayment {
  payment_id: string
  references: readonly string[]
  amount: MoneyJson
}

/** What a transfer is worth. Staff confirm it; nothing is booked by this alone. */
export type Match =
  | { match: 'none' }
  /** One transfer for several payments: a person divides it. */
  | { match: 'several'; payment_ids: string[] }
  | { match: 'wrong_currency'; payment_id: string }
  /** `missing` is above zero when banks kept a fee within the tolerance. */
  | { match: 'full'; payment_id: string; missing: MoneyJson }
  | { match: 'part'; payment_id: string; missing: MoneyJson }
  | { match: 'over'; payment_id: string; credit: MoneyJson }

/** A shorter reference is found in too many texts. */
const REFERENCE_LENGTH_MIN = 4

/** Finds the payment that a transfer is for. `tolerance` is decimal text by currency, as in the settings. */
export function match(
  transfer: Transfer,
  open: readonly OpenPayment[],
  tolerance: Readonly<Record<string, string>> = {},
): Match {
  const named = open.filter(({ references }) => references.some((one) => names(transfer.text, one)))
  const [payment, ...others] = named
  if (payment === undefined) return { match: 'none' }
  if (others.length > 0) return { match: 'several', payment_ids: named.map(({ payment_id: id }) => id) }
  return worth(transfer, payment, tolerance)
}

/**
 * Whether the payer's text holds the reference, whatever banks did to its case, blanks and marks. A digit right before
 * or after makes it another number: INV12 does not name INV1.
 */
export function names(text: string, reference: string): boolean {
  const signs = stripped(reference)
  if (signs.length < REFERENCE_LENGTH_MIN) return false
  const pattern = [...signs].join('[^A-Z0-9]*')
  const before = /^\d/.test(signs) ? '(?<![0-9])' : ''
  const after = /\d$/.test(signs) ? '(?![0-9])' : ''
  return new RegExp(before + pattern + after).test(text.toUpperCase())
}

function worth(transfer: Transfer, payment: OpenPayment, tolerance: Readonly<Record<string, string>>): Match {
  const { payment_id } = payment
  const { currency } = payment.amount
  if (transfer.amount.currency !== currency) return { match: 'wrong_currency', payment_id }
  const [received, wanted] = [fromJson(transfer.amount), fromJson(payment.amount)]
  const allowed =
    tolerance[currency] === undefined ? zero(currency) : parseDecimal(tolerance[currency], currency)
  const missing = subtract(wanted, received)
  if (missing.minor < 0n) return { match: 'over', payment_id, credit: toJson(subtract(received, wanted)) }
  const enough = add(received, allowed).minor >= wanted.minor
  return { match: enough ? 'full' : 'part', payment_id, missing: toJson(missing) }
}
