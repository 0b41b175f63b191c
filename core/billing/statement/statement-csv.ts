import { toDecimal } from '../../../sdk/index.ts'
import { quotedCell } from '../../kernel/index.ts'
import type { Statement } from './read-statement.ts'

/** Day, kind, reference, amount and balance, with the opening and closing balance as rows of their own. */
export function statementCsv({ currency, from, to, openingMinor, closingMinor, entries }: Statement): string {
  const money = (minor: bigint) => toDecimal({ minor, currency })
  const rows = [
    ['day', 'kind', 'reference', 'amount', 'balance', 'currency'],
    [from, 'opening_balance', '', '', money(openingMinor), currency],
    ...entries.map((entry) => [
      ...[entry.on, entry.kind, entry.reference ?? '', money(entry.amountMinor)],
      ...[money(entry.balanceMinor), currency],
    ]),
    [to, 'closing_balance', '', '', money(closingMinor), currency],
  ]
  return rows.map((row) => row.map(quotedCell).join(',')).join('\r\n') + '\r\n'
}
