import type { BalanceTransaction, Charge } from '../shapes.ts'
import type { World } from '../world.ts'

/**
 * Books a movement of Stripe's balance. Charges bear the fee, and disputes one of their own. Money of a currency that
 * the account does not hold is changed as it moves, fee included.
 */
export function moveBalance(
  world: World,
  type: BalanceTransaction['type'],
  movement: { amount: number; currency: string; source: string; description?: string },
): BalanceTransaction {
  const { source, description = null } = movement
  const settled = type.startsWith('payout') ? undefined : world.settlesIn.get(movement.currency)
  const currency = settled?.currency ?? movement.currency
  const amount = settled ? Math.round(movement.amount * settled.rate) : movement.amount
  const fee = feeOf(world, type, amount)
  const transaction: BalanceTransaction = {
    id: world.nextId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: world.now(),
    created: world.now(),
    currency,
    description,
    exchange_rate: settled?.rate ?? null,
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
    reporting_category: REPORTED[type] ?? type,
    source,
    status: 'available',
    type,
  }
  world.balanceTransactions.set(transaction.id, transaction)
  return transaction
}

const REPORTED: Partial<Record<BalanceTransaction['type'], string>> = {
  adjustment: 'dispute',
  stripe_fee: 'fee',
  payout_failure: 'payout_reversal',
}

function feeOf({ fees }: World, type: BalanceTransaction['type'], amount: number): number {
  if (type === 'charge') return Math.round((amount * fees.basisPoints) / 10_000) + fees.fixed
  if (type !== 'adjustment') return 0
  const fee = fees.dispute ?? 0
  return amount < 0 ? fee : -fee
}

/** What can still be given back of a charge. */
export function unrefunded(charge: Charge): number {
  return charge.amount_captured - charge.amount_refunded
}
