import type { Translate } from '../../i18n/index.ts'

/** Debits have a name in each language; what else a gateway saves is called as the gateway calls it. */
const NAMED = ['sepa_debit', 'us_bank_account', 'bacs_debit']

/** "SEPA debit ·3000". */
export function methodLabel(
  t: Translate,
  { kind, label, last4 }: { kind: string; label: string; last4: string | null },
): string {
  if (!NAMED.includes(kind)) return label
  const name = t(`payments.method_kind.${kind}`)
  return last4 === null ? name : `${name} ·${last4}`
}

/** The same of a row that may be of no saved method. */
export const methodName = (
  t: Translate,
  {
    method_label: label,
    method_kind: kind,
    last4,
  }: { method_label: string | null; method_kind: string | null; last4: string | null },
): string | null => (label === null || kind === null ? null : methodLabel(t, { kind, label, last4 }))
