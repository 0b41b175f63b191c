import type { Decline } from './cards.ts'

/** Ways to take money from a bank account, and the currency that each is for. */
export const DEBITS = { sepa_debit: 'eur', us_bank_account: 'usd', bacs_debit: 'gbp' } as const
export type DebitType = keyof typeof DEBITS

export const isDebit = (type: string): type is DebitType => Object.hasOwn(DEBITS, type)

export const debitsIn = (currency: string): DebitType[] =>
  (Object.keys(DEBITS) as DebitType[]).filter((type) => DEBITS[type] === currency.toLowerCase())

export interface TestAccount {
  type: DebitType
  /** IBAN, or account number. */
  number: string
  /** What the bank says days after the debit was sent. */
  failure?: Decline
  /** The holder takes the money back after it has come. */
  dispute?: { reason: string; inquiry: boolean }
}

const failure = (code: string, message: string): Decline => ({ code, message })

const POOR = failure('insufficient_funds', 'The account has insufficient funds.')
const CLOSED = failure('account_closed', 'The bank account has been closed.')
const NO_ACCOUNT = failure('no_account', 'The bank account could not be found.')
const FORBIDDEN = failure('debit_not_authorized', 'The holder does not allow debits of this account.')
const UNCLEAR = failure('generic_could_not_process', 'The bank could not process the debit.')

/** Ends of the account numbers by which a bank account behaves; any other account pays. */
const ENDS: Record<string, Omit<TestAccount, 'type' | 'number'>> = {
  '3001': { failure: UNCLEAR },
  '3002': { dispute: { reason: 'debit_not_authorized', inquiry: false } },
  '1113': { failure: CLOSED },
  '1116': { failure: NO_ACCOUNT },
  '2227': { failure: POOR },
  '3335': { failure: FORBIDDEN },
}

const SHAPES: Record<DebitType, RegExp> = {
  sepa_debit: /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/,
  us_bank_account: /^\d{4,17}$/,
  bacs_debit: /^\d{8}$/,
}

/** The test account of a typed number, or why it cannot be one. */
export function accountOf(type: DebitType, typed: string): TestAccount | string {
  const number = typed.replaceAll(/[\s-]/g, '').toUpperCase()
  if (!SHAPES[type].test(number))
    return type === 'sepa_debit' ? 'The IBAN is invalid.' : 'The account number is invalid.'
  return { type, number, ...ENDS[number.slice(-4)] }
}
