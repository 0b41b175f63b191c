import type { TestCard } from '../cards.ts'
import { cardOfNumber } from '../cards.ts'
import { accountOf, type DebitType } from '../debits.ts'
import { moveBalance } from '../money/balance.ts'
import { closeDispute, disputeCharge, isClosed } from '../money/disputes.ts'
import { mandateOf, revokeMandate } from '../money/mandates.ts'
import { attachMethod, makeDebit, makePaymentMethod } from '../money/payment-methods.ts'
import { payOut, settlePayout } from '../money/payouts.ts'
import { settleRefund } from '../money/refunds.ts'
import { expireSessions } from '../money/sessions.ts'
import { renew, subscribe, type NewSubscription } from '../money/subscriptions.ts'
import { refuse } from '../refusals.ts'
import type {
  BalanceTransaction,
  Dispute,
  Invoice,
  Mandate,
  PaymentMethod,
  Payout,
  Refund,
  Subscription,
} from '../shapes.ts'
import type { Deliveries, Delivery } from '../webhooks/deliveries.ts'
import { makeEndpoint, removeEndpoint } from '../webhooks/endpoints.ts'
import type { World } from '../world.ts'
import { find } from '../world.ts'
import type { Aim, Delay, Failure, Faults } from './faults.ts'
import { stateOf } from './state.ts'

export interface WebhookTarget {
  url: string
  secret: string
}

/** When events leave: after the answer, or so early that the receiver has them before the caller has its answer. */
export type WebhookTiming = 'after_answer' | 'before_answer'

/** The test's hand on the outside world. Every control takes one plain object and answers plain data. */
export class Control {
  timing: WebhookTiming = 'after_answer'
  readonly #world: World
  readonly #faults: Faults
  readonly #deliveries: Deliveries
  #target: string | null = null

  constructor(means: { world: World; faults: Faults; deliveries: Deliveries }) {
    this.#world = means.world
    this.#faults = means.faults
    this.#deliveries = means.deliveries
  }

  /** Fails the next calls. */
  fail(failure: Failure): void {
    this.#faults.fail(failure)
  }

  /** Holds the next calls up before they are worked on. */
  delay(delay: Delay): void {
    this.#faults.delay(delay)
  }

  /** Works on the next calls and then drops the socket. */
  loseAnswer(aim: Aim = {}): void {
    this.#faults.lose(aim)
  }

  clearFaults(): void {
    this.#faults.clear()
  }

  /** Replaces the address that hears every event; null takes it away. Endpoints made over the API stay. */
  setWebhook(target: WebhookTarget | null): void {
    if (this.#target !== null) removeEndpoint(this.#world, this.#target)
    this.#target = target && makeEndpoint(this.#world, { ...target, events: ['*'] }).endpoint.id
  }

  /** Sends each event from now on so many times. */
  repeatWebhooks({ copies }: { copies: number }): void {
    this.#deliveries.copies = copies
  }

  /** Sends an old event once more. */
  async resendWebhook({ event }: { event: string }): Promise<Delivery[]> {
    return this.#deliveries.release(this.#deliveries.queue(find(this.#world, 'events', event), 1))
  }

  /** Holds all events from now on. */
  pauseWebhooks(): void {
    this.#deliveries.paused = true
  }

  /**
   * Sends held events one after another, each after the answer to the one before: those of the given ids or types in
   * the given order, or all of them reversed. The pause goes on.
   */
  async releaseWebhooks({ order }: { order: string[] | 'reversed' }): Promise<Delivery[]> {
    const held = this.#deliveries.held()
    if (order === 'reversed') return this.#deliveries.release(held.reverse())
    const chosen = order.flatMap((name) => held.filter(({ event, type }) => event === name || type === name))
    return this.#deliveries.release([...new Set(chosen)])
  }

  /** Sends all held events in their order and ends the pause. */
  async flushWebhooks(): Promise<Delivery[]> {
    this.#deliveries.paused = false
    return this.#deliveries.release(this.#deliveries.held())
  }

  setWebhookTiming({ timing }: { timing: WebhookTiming }): void {
    this.timing = timing
  }

  /** Resolves once every event is delivered or given up; held ones stay held. */
  async settleWebhooks(): Promise<void> {
    await this.#deliveries.settled()
  }

  /** The customer's bank disputes a charge; with `inquiry` it only asks. */
  dispute(order: { charge: string; reason?: string; inquiry?: boolean }): Dispute {
    const { reason = 'fraudulent', inquiry = false } = order
    const charge = find(this.#world, 'charges', order.charge)
    if (!charge.captured)
      throw new Error(`dispute: charge ${charge.id} took no money; there is nothing to dispute.`)
    return this.#done(disputeCharge(this.#world, charge, { reason, inquiry }))
  }

  /** The bank decides a dispute. */
  closeDispute(order: { dispute: string; status: 'won' | 'lost' | 'warning_closed' }): Dispute {
    const dispute = find(this.#world, 'disputes', order.dispute)
    if (isClosed(dispute)) throw refuse('dispute_closed', { status: dispute.status })
    closeDispute(this.#world, dispute, order.status)
    return this.#done(dispute)
  }

  /** The bank's word on a refund: a pending one settles, a settled one can still fail. */
  settleRefund(order: { refund: string; status: 'succeeded' | 'failed' }): Refund {
    const refund = find(this.#world, 'refunds', order.refund)
    settleRefund(this.#world, refund, order.status)
    return this.#done(refund)
  }

  /** Pays out all that is held in a currency, as Stripe does by itself every day. */
  payOut({ currency }: { currency: string }): Payout {
    return this.#done(payOut(this.#world, currency))
  }

  /** The bank's word on a payout: it arrived, or it came back. */
  settlePayout(order: { payout: string; status: 'paid' | 'failed' }): Payout {
    const payout = find(this.#world, 'payouts', order.payout)
    settlePayout(this.#world, payout, order.status)
    return this.#done(payout)
  }

  /** Takes a fee that belongs to no payment. */
  takeFee(order: { amount: number; currency: string; description: string }): BalanceTransaction {
    const { amount, currency, description } = order
    const source = this.#world.nextId('fee')
    return this.#done(
      moveBalance(this.#world, 'stripe_fee', { amount: -amount, currency, source, description }),
    )
  }

  /** From now on money in one currency is changed into another as it moves. */
  settleIn(order: { from: string; to: string; rate: number }): void {
    this.#world.settlesIn.set(order.from, { currency: order.to, rate: order.rate })
  }

  /** Makes a subscription as an earlier shop had it. */
  subscribe(order: NewSubscription): Subscription {
    return this.#done(subscribe(this.#world, order))
  }

  /** A subscription takes money for its next period. */
  renewSubscription({ subscription }: { subscription: string }): Invoice {
    return this.#done(renew(this.#world, find(this.#world, 'subscriptions', subscription)))
  }

  /** Does now what the banks would do later, all of it or what is about one object. */
  settle({ about }: { about?: string } = {}): { about: string; what: string }[] {
    return this.#done(this.#world.later.settle(about))
  }

  /** Saves a test card to a customer, as if it had been set up for off-session use unless told otherwise. */
  saveCard(order: { customer: string; number: string; setUp?: boolean }): PaymentMethod {
    const customer = find(this.#world, 'customers', order.customer)
    const method = makePaymentMethod(this.#world, { card: knownCard(order.number) })
    const secret = this.#world.cards.get(method.id)
    if (secret && order.setUp !== false) secret.setUpOffSession = true
    attachMethod(this.#world, method, customer.id)
    return this.#done(method)
  }

  /** Saves a bank account to a customer, with the leave of its holder. */
  saveDebit(order: { customer: string; type: DebitType; number: string }): PaymentMethod {
    const customer = find(this.#world, 'customers', order.customer)
    const account = accountOf(order.type, order.number)
    if (typeof account === 'string') throw new Error(`saveDebit: ${account}`)
    const method = makeDebit(this.#world, { account, name: customer.name })
    mandateOf(this.#world, method)
    attachMethod(this.#world, method, customer.id)
    return this.#done(method)
  }

  /** The holder or the bank takes the leave to debit an account back. */
  revokeMandate({ method }: { method: string }): Mandate {
    return this.#done(revokeMandate(this.#world, find(this.#world, 'paymentMethods', method)))
  }

  /** Moves Stripe's clock ahead of the given one; sessions whose time is over expire. */
  advance({ seconds }: { seconds: number }): { now: number } {
    this.#world.advance(seconds)
    expireSessions(this.#world)
    return this.#done({ now: this.#world.now() })
  }

  /** Everything the simulator knows, without secrets. */
  state(): ReturnType<typeof stateOf> {
    return stateOf(this.#world, this.#deliveries)
  }

  /** Hands out a copy and lets the events go that the control caused. */
  #done<T>(result: T): T {
    this.#deliveries.send()
    return structuredClone(result)
  }
}

function knownCard(number: string): TestCard {
  const card = cardOfNumber(number)
  if (!('number' in card)) throw new Error(`saveCard: ${number} is not one of Stripe's test cards.`)
  return card
}
