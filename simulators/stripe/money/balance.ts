import type { BalanceTransaction, Charge } from '../shapes.ts'
import type { World } from '../world.ts'

/** Books a movement of Stripe's balance. Only charges bear the fee. */
export function moveBalance(
  world: World,
  type: BalanceTransaction['type'],
  movement: { amount: number; currency: string; source: string },
): BalanceTransaction {
  const { amount, currency, source } = movement
  const { basisPoints, fixed } = world.fees
  const fee = type === 'charge' ? Math.round((amount * basisPoints) / 10_000) + fixed : 0
  const transaction: BalanceTransaction = {
    id: world.nextId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: world.now(),
    created: world.now(),
    currency,
    description: null,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [
            {
              amount: fee,
              application: null,
              currency,
              description: 'Stripe processing fees',
              type: 'stripe_fee',
            },
          ],
    net: amount - fee,
    reporting_category: type === 'adjustment' ? 'dispute' : type,
    source,
    status: 'available',
    type,
  }
  world.balanceTransactions.set(transaction.id, transaction)
  return transaction
}

/** What can still be given back of a charge. */
export function unrefunded(charge: Charge): number {
  return charge.amount_captured - charge.amount_refunded
}
