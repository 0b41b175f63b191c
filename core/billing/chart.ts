import { account } from './ledger.ts'

/** What an account is in a balance sheet or an income statement. */
export type AccountClass = 'asset' | 'liability' | 'income' | 'expense'

/**
 * The chart: accounts by the word before their first ":". A word that an area adds and that stands in no row is an
 * asset while it is in debit and a liability while it is in credit, so that no balance is left out.
 */
const CHART: Readonly<Record<string, AccountClass>> = {
  [account.receivable]: 'asset',
  gateway_clearing: 'asset',
  payouts_in_transit: 'asset',
  [account.bank]: 'asset',
  [account.exchange]: 'asset',
  [account.disputes]: 'asset',
  [account.clientCredit]: 'liability',
  // Ours or somebody's: until it is known, it is owed.
  gateway_unmatched: 'liability',
  [account.refundsDue]: 'liability',
  tax: 'liability',
  gift_cards: 'liability',
  deferred: 'liability',
  revenue: 'income',
  gateway_fees: 'expense',
  [account.refunds]: 'expense',
  [account.writeOffs]: 'expense',
  [account.rounding]: 'expense',
  promotions: 'expense',
  gift_card_grants: 'expense',
}

export function classOfAccount(name: string, balanceMinor: bigint): AccountClass {
  const [word = ''] = name.split(':')
  return CHART[word] ?? (balanceMinor < 0n ? 'liability' : 'asset')
}

export const isInChart = (name: string): boolean => name.split(':')[0]! in CHART

const ORDER: readonly AccountClass[] = ['asset', 'liability', 'income', 'expense']

export const placeOfClass = (of: AccountClass): number => ORDER.indexOf(of)
