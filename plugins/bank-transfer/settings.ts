export interface Account {
  currency: string
  holder: string
  bank?: string
  iban?: string
  bic?: string
  account_number?: string
  branch_code?: string
}

export interface Settings {
  accounts: readonly Account[]
  /** Plain text by language. */
  instructions: Readonly<Record<string, string>>
  daysUntilDue: number
  referenceKind: 'invoice_number' | 'creditor_reference'
}

const DEFAULT_DAYS = 14

/** Core has checked the settings by the manifest's schema; here they only get their defaults. */
export function readSettings(given: Readonly<Record<string, unknown>>): Settings {
  const days = given['days_until_due']
  return {
    accounts: (given['accounts'] ?? []) as Account[],
    instructions: (given['instructions'] ?? {}) as Record<string, string>,
    daysUntilDue: typeof days === 'number' ? days : DEFAULT_DAYS,
    referenceKind: given['reference_kind'] === 'creditor_reference' ? 'creditor_reference' : 'invoice_number',
  }
}
