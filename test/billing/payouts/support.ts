import type { GatewayMovement, Payouts as ToldPayouts } from '../../../sdk/index.ts'
import type { PluginCalls } from '../../../core/billing/index.ts'
import { sql, type Queries } from '../../../core/db/index.ts'

export type Movement = Partial<GatewayMovement> & Pick<GatewayMovement, 'reference'>
export type ToldPayout = Partial<ToldPayouts['payouts'][number]> & { reference: string }

export const eur = (minor: number | bigint | string) => ({ minor: String(minor), currency: 'EUR' })

/** A movement of a payment of 11.90 with a fee of 0.40 unless told otherwise. */
export const movement = (of: Movement): GatewayMovement => ({
  ...{ kind: 'payment', amount: eur(1_190), fee: eur(40), on: '2026-01-15' },
  ...of,
})

export const payout = (of: ToldPayout): ToldPayouts['payouts'][number] => ({
  ...{ amount: eur(1_150), fee: eur(0), status: 'in_transit', arrives_on: '2026-01-17' },
  ...of,
})

export type Script = Partial<Record<string, (input: { cursor?: string }) => object>>

/** A gateway that answers by operation, in pages when the answer depends on the cursor. */
export function toldBy(script: Script): PluginCalls & { asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    call: <T>(_instance: string, _kind: string, operation: string, input: object) => {
      asked.push(operation)
      const answer = script[operation]
      if (!answer) return Promise.reject(new Error(`${operation} is down`))
      return Promise.resolve(answer(input) as T)
    },
  }
}

/** What an account holds, by currency. */
export async function holds(queries: Queries, account: string): Promise<Record<string, bigint>> {
  const rows = await queries.all<{ currency: string; sum_minor: bigint }>(
    sql`select currency, sum(amount_minor) as sum_minor from postings where account = ${account} group by currency order by currency`,
  )
  return Object.fromEntries(
    rows.filter((row) => row.sum_minor !== 0n).map((row) => [row.currency, row.sum_minor]),
  )
}
