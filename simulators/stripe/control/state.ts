import type { Deliveries } from '../webhooks/deliveries.ts'
import type { World } from '../world.ts'

/** A copy of all that is known, in order of creation. */
export function stateOf(world: World, deliveries: Deliveries) {
  return structuredClone({
    now: world.now(),
    balance_transactions: [...world.balanceTransactions.values()],
    charges: [...world.charges.values()],
    checkout_sessions: [...world.sessions.values()],
    customers: [...world.customers.values()],
    disputes: [...world.disputes.values()],
    events: [...world.events.values()],
    mandates: [...world.mandates.values()],
    payment_intents: [...world.paymentIntents.values()],
    payment_methods: [...world.paymentMethods.values()],
    payouts: [...world.payouts.values()],
    refunds: [...world.refunds.values()],
    setup_intents: [...world.setupIntents.values()],
    subscriptions: [...world.subscriptions.values()],
    waiting: world.later.list(),
    webhook_deliveries: deliveries.all,
    webhook_endpoints: [...world.webhookEndpoints.values()],
  })
}
