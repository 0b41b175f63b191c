import { list, sql, type Queries } from '../db/index.ts'
import { readSetting } from '../records/index.ts'
import { account } from './ledger.ts'
import { creditLimit } from './settings.ts'
import { sumIn } from './sums.ts'

export interface CreditStanding {
  /** What the client may owe, in minor units; 0: pays at once. */
  limitMinor: bigint
  /** What it owes now, less what it has as credit. */
  owedMinor: bigint
}

/** How much a client may owe, and owes: a sum of the ledger and a setting. */
export async function creditStanding(
  queries: Queries,
  client: { id: string; brand_id: string; currency: string },
): Promise<CreditStanding> {
  const limits = await readSetting(queries, creditLimit, { client: client.id, brand: client.brand_id })
  const row = await queries.get<{ owed_minor: bigint | null }>(sql`
    select sum(amount_minor) as owed_minor from postings where client_id = ${client.id} and currency = ${client.currency}
      and account in (${list([account.receivable, account.clientCredit])})`)
  return { limitMinor: sumIn(limits, client.currency) ?? 0n, owedMinor: row?.owed_minor ?? 0n }
}

/** Whether what was bought is delivered before it is paid. */
export async function paysLater(
  queries: Queries,
  client: { id: string; brand_id: string; currency: string },
): Promise<boolean> {
  const { limitMinor, owedMinor } = await creditStanding(queries, client)
  return limitMinor > 0n && owedMinor <= limitMinor
}
