import { isCurrency, type ConnectionReport } from '../../sdk/index.ts'
import { isIban } from './check-digits.ts'
import type { Account, Settings } from './settings.ts'

/** There is nothing to connect to: the accounts are checked for mistakes of typing. */
export function testConnection({ accounts }: Settings): ConnectionReport {
  const steps = accounts.map((account, i) => {
    const problem = problemOf(account, accounts.slice(0, i))
    const name = `account ${account.currency}`
    return { name, ok: problem === undefined, detail: problem ?? 'The account can be shown to clients.' }
  })
  return { ok: steps.length > 0 && steps.every(({ ok }) => ok), steps }
}

function problemOf({ currency, iban }: Account, earlier: readonly Account[]): string | undefined {
  if (!isCurrency(currency)) return `"${currency}" is no currency code such as EUR.`
  if (earlier.some((one) => one.currency === currency))
    return 'Another account has this currency already; only the first one is shown.'
  if (iban !== undefined && !isIban(iban))
    return 'The IBAN fails its check digits. Compare it with your bank statement.'
  return undefined
}
