import type Stripe from 'stripe'
import type { PluginContext, SavedMethod } from '../../sdk/index.ts'
import { idOf } from './ids.ts'

/** Debits of a bank account that the settings offer, and what they are called; each is for one currency. */
export const DEBITS = ['sepa_debit', 'us_bank_account', 'bacs_debit'] as const
type Debit = (typeof DEBITS)[number]

const WORDS: Record<Debit, string> = {
  sepa_debit: 'SEPA debit',
  us_bank_account: 'ACH debit',
  bacs_debit: 'Bacs debit',
}

const isDebit = (type: string): type is Debit => DEBITS.includes(type as Debit)

/** What pages leave out. Of the debits that are left Stripe shows the one of the page's currency, and no other. */
export const excludedDebits = (settings: PluginContext['settings']): Debit[] =>
  DEBITS.filter((type) => settings[`offer_${type}`] !== true)

export function debitMethod(
  method: Stripe.PaymentMethod,
  customer: string,
  mandate?: Stripe.Mandate,
): SavedMethod | undefined {
  if (!isDebit(method.type)) return undefined
  const last4 = method[method.type]?.last4 ?? undefined
  const bank = method.us_bank_account?.bank_name
  const reference = mandate && mandateReference(mandate)
  return {
    ...{ reference: method.id, customer, kind: method.type },
    label: last4 === undefined ? WORDS[method.type] : `${WORDS[method.type]} ·${last4}`,
    ...(last4 === undefined ? {} : { last4 }),
    ...(bank ? { brand: bank } : {}),
    ...(reference === undefined ? {} : { mandate: reference }),
  }
}

/** As it stands on the statement of the account; American banks know none, so there it is Stripe's own id. */
const mandateReference = ({
  id,
  payment_method_details: { sepa_debit: sepa, bacs_debit: bacs },
}: Stripe.Mandate) => sepa?.reference ?? bacs?.reference ?? id

/** The leave by which a charge was debited. */
export function mandateOfCharge(charge: Stripe.Charge | null): string | undefined {
  const details = charge?.payment_method_details
  if (!details || !isDebit(details.type)) return undefined
  return idOf(details[details.type]?.mandate)
}

/** Whether money is taken from a bank account, which takes days and cannot be reserved. */
export const takesDays = ({ type }: Stripe.PaymentMethod): boolean => isDebit(type)
