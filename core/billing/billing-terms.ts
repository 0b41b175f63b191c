import type { Setting } from '../records/index.ts'
import type { CashStep } from './cash-rounding.ts'
import type { Sums } from './sums.ts'
import { cashRoundingSteps, invoiceMinimum, paymentDays, proformaFirst } from './settings.ts'

/** What settings say of the documents of one client. */
export interface BillingTerms {
  /** A proforma first; the tax document when it is paid. */
  proforma: boolean
  /** Least of an invoice of the billing run; less is carried forward. */
  minimums: Sums
  /** Days from the issue of a document in which it is to be paid, when its due day is earlier. */
  paymentDays: number
  /** Currencies whose sums to pay are rounded. */
  cashSteps: readonly CashStep[]
}

const SETTINGS: Readonly<Record<keyof BillingTerms, Pick<Setting, 'key' | 'preset'>>> = {
  proforma: proformaFirst,
  minimums: invoiceMinimum,
  paymentDays,
  cashSteps: cashRoundingSteps,
}

/** Keys of the settings that terms are made of. */
export const TERM_KEYS: readonly string[] = Object.values(SETTINGS).map(({ key }) => key)

export const PRESET_TERMS: BillingTerms = {
  proforma: proformaFirst.preset,
  minimums: invoiceMinimum.preset,
  paymentDays: paymentDays.preset,
  cashSteps: cashRoundingSteps.preset,
}

/** The terms that rows of settings state, later ones before earlier ones. */
export function termsIn(rows: readonly { key: string; value: string }[]): Partial<BillingTerms> {
  const names = Object.keys(SETTINGS) as (keyof BillingTerms)[]
  return Object.fromEntries(
    rows.flatMap(({ key, value }) => {
      const name = names.find((one) => SETTINGS[one].key === key)
      return name ? [[name, JSON.parse(value) as unknown]] : []
    }),
  )
}

/** A client's own terms go before those of its brand. */
export const termsOf = (
  buyer: { own: Partial<BillingTerms> },
  from: { terms: BillingTerms },
): BillingTerms => ({ ...from.terms, ...buyer.own })
