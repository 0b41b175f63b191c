import { defineError, type IsoDate } from '../../kernel/index.ts'
import { minorDigits } from '../../../sdk/index.ts'

/** A file of a bank that says anything that we do not understand is refused as a whole, with the line at fault. */
export const StatementInvalid = defineError(
  'statement.invalid',
  422,
  (p: { line: number; problem: string }) => `Line ${p.line} of the statement: ${p.problem}`,
)

export interface BankStatement {
  /** IBAN or number of our own account, as the file has it; null in files that do not say. */
  account: string | null
  /** The bank's name for the statement. */
  reference: string | null
  lines: readonly StatementLine[]
}

/** One movement: above zero what came in, below zero what went out. */
export interface StatementLine {
  /** Where it stands in the file. */
  line: number
  bookedOn: IsoDate
  amountMinor: bigint
  currency: string
  /** The bank's own id of the movement, when it gives one. */
  reference: string | null
  /** What the payer wrote. */
  text: string
  name: string | null
  account: string | null
}

/** Decimal text with a point, exact: more digits than the currency has, or none at all, are refused. */
export function bankAmount(text: string, currency: string, line: number): bigint {
  const match = /^(\d{1,15})(?:\.(\d*))?$/.exec(text)
  if (!match) throw StatementInvalid({ line, problem: `"${text}" is not an amount` })
  const digits = minorDigits(currency)
  const [, whole, part = ''] = match
  if (/[^0]/.test(part.slice(digits)))
    throw StatementInvalid({ line, problem: `"${text}" has more decimals than ${currency}` })
  return BigInt(whole! + part.slice(0, digits).padEnd(digits, '0'))
}

/** An amount of a currency that exists; the file's own mistake otherwise. */
export function currencyOf(text: string, line: number): string {
  if (!/^[A-Z]{3}$/.test(text)) throw StatementInvalid({ line, problem: `"${text}" is not a currency` })
  try {
    minorDigits(text)
  } catch {
    throw StatementInvalid({ line, problem: `"${text}" is not a currency that exists` })
  }
  return text
}

/** A balance that the file states must follow from its lines: a file that lost some is not taken. */
export function checkBalance(
  { openingMinor, closingMinor, line }: { openingMinor: bigint; closingMinor: bigint; line: number },
  lines: readonly StatementLine[],
): void {
  const sum = lines.reduce((total, { amountMinor }) => total + amountMinor, openingMinor)
  if (sum !== closingMinor)
    throw StatementInvalid({
      line,
      problem: `the lines lead to a balance of ${sum} minor units, the file says ${closingMinor}`,
    })
}

/** Whether a day exists in the calendar. */
export function dayOf(text: string, line: number): IsoDate {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  const date = match ? new Date(`${text}T00:00:00Z`) : null
  if (!date || Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text)
    throw StatementInvalid({ line, problem: `"${text}" is not a day` })
  return text as IsoDate
}
