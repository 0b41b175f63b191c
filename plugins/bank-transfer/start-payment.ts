import { fromJson, toDecimal, type PaymentOutcome, type StartPayment } from '../../sdk/index.ts'
import { creditorReference, grouped, isIban } from './check-digits.ts'
import { labelsIn, type Label } from './labels.ts'
import type { Account, Settings } from './settings.ts'

type Instruction = { label: string; value: string; copy?: boolean }

const DAY_MS = 24 * 60 * 60 * 1_000

/** Tells the client where to send the money. The same input always gives the same answer. */
export function startPayment(settings: Settings, input: StartPayment): PaymentOutcome {
  const account = settings.accounts.find(({ currency }) => currency === input.amount.currency)
  if (account === undefined) return noAccount(input.amount.currency)
  if (account.iban !== undefined && !isIban(account.iban))
    throw new Error(
      `The IBAN of the ${account.currency} account fails its check digits. Correct it in the settings.`,
    )
  const reference = referenceOf(settings, input)
  return {
    outcome: 'needs_client',
    reference,
    instructions: instructionsFor(settings, input, { account, reference }),
    ...(input.started_at === undefined
      ? {}
      : { expires_at: daysLater(input.started_at, settings.daysUntilDue) }),
  }
}

/** What the client writes in the transfer. A number too long for a creditor reference is used as it is. */
export function referenceOf(
  { referenceKind }: Pick<Settings, 'referenceKind'>,
  { document }: Pick<StartPayment, 'document'>,
): string {
  const reference = referenceKind === 'creditor_reference' ? creditorReference(document) : undefined
  return reference ?? document
}

function noAccount(currency: string): PaymentOutcome {
  return {
    outcome: 'declined',
    code: 'currency_not_supported',
    message: `Payments in ${currency} cannot be made by bank transfer. Please use another way to pay.`,
    retry: 'new_method',
  }
}

function instructionsFor(
  settings: Settings,
  input: StartPayment,
  { account, reference }: { account: Account; reference: string },
): Instruction[] {
  const words = labelsIn(input.locale)
  const row = (label: Label, value: string | undefined, copy: boolean): Instruction[] =>
    value === undefined || value === '' ? [] : [{ label: words[label], value, copy }]
  const isCreditors = settings.referenceKind === 'creditor_reference' && reference !== input.document
  return [
    ...row('how', textIn(settings.instructions, input.locale), false),
    ...row('holder', account.holder, true),
    ...row('bank', account.bank, false),
    ...row('iban', account.iban === undefined ? undefined : grouped(account.iban), true),
    ...row('bic', account.bic, true),
    ...row('account_number', account.account_number, true),
    ...row('branch_code', account.branch_code, true),
    ...row('amount', `${toDecimal(fromJson(input.amount))} ${input.amount.currency}`, true),
    ...row('reference', isCreditors ? grouped(reference) : reference, true),
  ]
}

/** The text in the client's language, else in its main language, else in English, else the first there is. */
function textIn(texts: Readonly<Record<string, string>>, locale: string): string | undefined {
  const language = locale.split('-')[0] ?? ''
  return texts[locale] ?? texts[language] ?? texts['en'] ?? Object.values(texts)[0]
}

const daysLater = (from: string, days: number) => new Date(Date.parse(from) + days * DAY_MS).toISOString()
