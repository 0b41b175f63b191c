const EN = {
  how: 'How to pay',
  holder: 'Account holder',
  bank: 'Bank',
  iban: 'IBAN',
  bic: 'BIC',
  account_number: 'Account number',
  branch_code: 'Bank code',
  amount: 'Amount',
  reference: 'Reference',
}

export type Label = keyof typeof EN

const DE: Record<Label, string> = {
  how: 'So zahlen Sie',
  holder: 'Kontoinhaber',
  bank: 'Bank',
  iban: 'IBAN',
  bic: 'BIC',
  account_number: 'Kontonummer',
  branch_code: 'Bankleitzahl',
  amount: 'Betrag',
  reference: 'Verwendungszweck',
}

/** The words of the instructions in the client's language, else in English. */
export function labelsIn(locale: string): Record<Label, string> {
  return locale.split('-')[0] === 'de' ? DE : EN
}
