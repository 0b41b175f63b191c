import type { Payout } from '../shapes.ts'
import type { World } from '../world.ts'
import { moveBalance } from './balance.ts'

const TWO_DAYS = 2 * 24 * 3600

/** Sends all that is in one currency to the bank, as an automatic payout does, and remembers what it is made of. */
export function payOut(world: World, currency: string): Payout {
  const paidOut = new Set([...world.payoutItems.values()].flat())
  const items = [...world.balanceTransactions.values()].filter(
    (one) => one.currency === currency && !one.type.startsWith('payout') && !paidOut.has(one.id),
  )
  const amount = items.reduce((sum, { net }) => sum + net, 0)
  if (amount <= 0) throw new Error(`payOut: there is nothing in ${currency} to pay out.`)
  const payout: Payout = {
    id: world.nextId('po'),
    object: 'payout',
    amount,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: world.now() + TWO_DAYS,
    automatic: true,
    balance_transaction: null,
    created: world.now(),
    currency,
    description: 'STRIPE PAYOUT',
    destination: null,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: {},
    method: 'standard',
    original_payout: null,
    reconciliation_status: 'completed',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: 'in_transit',
    type: 'bank_account',
  }
  payout.balance_transaction = moveBalance(world, 'payout', {
    ...{ amount: -amount, currency, source: payout.id },
  }).id
  world.payouts.set(payout.id, payout)
  world.payoutItems.set(
    payout.id,
    items.map(({ id }) => id),
  )
  world.emit('payout.created', payout)
  return payout
}

/** The bank's word: it arrived, or it came back, also after it had arrived. */
export function settlePayout(world: World, payout: Payout, status: 'paid' | 'failed'): void {
  if (payout.status === status || payout.status === 'failed') return
  const previous = { status: payout.status }
  payout.status = status
  if (status === 'failed') {
    payout.failure_code = 'account_closed'
    payout.failure_message = 'The bank account has been closed.'
    payout.failure_balance_transaction = moveBalance(world, 'payout_failure', {
      ...{ amount: payout.amount, currency: payout.currency, source: payout.id },
    }).id
  }
  world.emit(`payout.${status}`, payout, previous)
}
