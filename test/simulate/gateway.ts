import { BerthError, dayIn, type Clock } from '../../core/kernel/index.ts'
import { closed, misfit } from '../../core/plugins/checks.ts'
import { gatewayOperations, type PaymentOutcome, type RefundOutcome } from '../../sdk/index.ts'
import type { Dice } from './dice.ts'
import { minus, openTill, type Days, type MoneyText, type Till } from './till.ts'

/** One attempt as the gateway has it in its own books. */
export interface GatewayPayment {
  key: string
  paymentId: string
  reference: string
  amount: MoneyText
  state: 'waiting' | 'pending' | 'succeeded' | 'declined' | 'cancelled'
  decline: 'later' | 'new_method' | 'never'
  refunded: bigint
}

export interface GatewayRefund {
  key: string
  refundId: string
  reference: string
  payment: string
  amount: MoneyText
}

/** An event on its way to us. The same one may come again, later ones may come first. */
export interface SentEvent {
  id: string
  facts: object[]
}

/** How the gateway and the line to it behave. Shares of all calls. */
export interface GatewayWeather {
  declined: number
  lostBefore: number
  lostAfter: number
  refused: number
  pending: number
}

export const CALM: GatewayWeather = { declined: 0, lostBefore: 0, lostAfter: 0, refused: 0, pending: 0 }

/**
 * A payment gateway behind the port where calls of plugins leave. As strict as a real one: input and answers fit the
 * schemas of the SDK, a key used again with another sum is refused, nothing is refunded beyond what came.
 */
export interface SimulatedGateway {
  call(operation: string, input: object): Promise<unknown>
  /** What is to be delivered to our webhook, in the order in which it happened. */
  readonly outbox: SentEvent[]
  readonly payments: ReadonlyMap<string, GatewayPayment>
  readonly refunds: ReadonlyMap<string, GatewayRefund>
  weather: GatewayWeather
  /** The client acts at the hosted page. */
  finish(key: string, how: 'pay' | 'give_up'): void
  /** What was under way at the bank is decided. */
  settlePending(): void
  /** The holder of a card takes money back. */
  dispute(key: string, status: 'open' | 'won' | 'lost'): void
  /** Somebody gives a part back in the gateway's own pages. */
  refundInPages(key: string, share: number): void
  /** References of what was given back in its own pages. */
  readonly inPages: readonly string[]
  /** What it holds of ours. */
  readonly till: Till
  /** A customer whose card another system has charged until now. */
  bringCustomer(clientId: string): string
}

const FEE_PPM = 29_000n

export function simulateGateway(dice: Dice, clock: Pick<Clock, 'now'>): SimulatedGateway {
  const till = openTill(dice.fork('till'), () => dayIn('UTC', clock.now()))
  const customers = new Map<string, string>()
  const inPages: string[] = []
  const disputes = new Map<string, 'open' | 'won' | 'lost'>()
  const payments = new Map<string, GatewayPayment>()
  const refunds = new Map<string, GatewayRefund>()
  const outbox: SentEvent[] = []
  let count = 0
  const tell = (...facts: object[]) => void outbox.push({ id: `evt_${++count}`, facts })
  const outcomeOf = (payment: GatewayPayment): PaymentOutcome => {
    const { reference, amount } = payment
    switch (payment.state) {
      case 'succeeded':
        return { outcome: 'succeeded', reference, amount, fee: feeOf(amount) }
      case 'declined':
        return {
          outcome: 'declined',
          reference,
          code: 'declined',
          message: 'Declined.',
          retry: payment.decline,
        }
      case 'cancelled':
        return { outcome: 'cancelled', reference, reason: 'The page was left.' }
      case 'pending':
        return { outcome: 'pending', reference }
      case 'waiting':
        return { outcome: 'needs_client', reference, url: `https://gateway.example/${reference}` }
    }
  }
  const tellPayment = (payment: GatewayPayment) => {
    if (payment.state === 'succeeded') {
      const { reference: of, amount } = payment
      till.move('payment', { of, amount, fee: feeOf(amount) })
    }
    tell({ fact: 'payment', payment_id: payment.paymentId, result: outcomeOf(payment) })
  }
  const enter = (input: PaymentInput, state: GatewayPayment['state']): GatewayPayment => {
    const known = payments.get(input.idempotency_key)
    if (known) {
      if (known.amount.minor !== input.amount.minor || known.amount.currency !== input.amount.currency)
        throw new Error(`The key ${known.key} was used for another sum before.`)
      return known
    }
    const payment: GatewayPayment = {
      key: input.idempotency_key,
      paymentId: input.payment_id,
      reference: `ch_${++count}`,
      amount: input.amount,
      state,
      decline: dice.pick(['later', 'later', 'new_method', 'never'] as const),
      refunded: 0n,
    }
    payments.set(payment.key, payment)
    if (state !== 'waiting') tellPayment(payment)
    return payment
  }
  const refund = (input: RefundInput): RefundOutcome => {
    const known = refunds.get(input.idempotency_key)
    if (known) return { outcome: 'succeeded', reference: known.reference }
    const payment = [...payments.values()].find(({ reference }) => reference === input.reference)
    const amount = BigInt(input.amount.minor)
    if (payment?.state !== 'succeeded' || payment.refunded + amount > BigInt(payment.amount.minor))
      return { outcome: 'failed', code: 'too_much', message: 'More than was paid.' }
    payment.refunded += amount
    const made = { key: input.idempotency_key, refundId: input.refund_id, reference: `re_${++count}` }
    refunds.set(made.key, { ...made, payment: payment.key, amount: input.amount })
    const result: RefundOutcome = { outcome: 'succeeded', reference: made.reference }
    till.move('refund', { of: made.reference, amount: minus(input.amount) })
    tell({
      ...{ fact: 'refund', refund_id: input.refund_id, payment_id: payment.paymentId },
      ...{ payment_reference: payment.reference, amount: input.amount, result },
    })
    return result
  }
  const found = ({ customer }: { customer: string }): object => {
    const clientId = customers.get(customer)
    if (clientId === undefined) return { outcome: 'absent' }
    const method = { reference: `pm_old_${clientId}`, customer, kind: 'card', label: 'Card' }
    return { outcome: 'found', customer, methods: [method] }
  }
  const act = (operation: string, input: object): unknown => {
    switch (operation) {
      case 'start_payment':
        return outcomeOf(enter(input as PaymentInput, 'waiting'))
      case 'charge_method':
        return outcomeOf(enter(input as PaymentInput, stateOf(dice, gateway.weather)))
      case 'look_up': {
        const payment = payments.get((input as { idempotency_key: string }).idempotency_key)
        return payment ? outcomeOf(payment) : { outcome: 'absent' }
      }
      case 'refund':
        return refund(input as RefundInput)
      case 'remove_method':
        return { outcome: 'removed' }
      case 'find_methods':
        return { answers: (input as { rows: { customer: string }[] }).rows.map(found) }
      case 'fee_report':
        return till.feeReport(input as Days)
      case 'list_payouts':
        return till.listPayouts(input as Days)
      case 'balances':
        return till.balances()
      case 'handle_event':
        return { facts: (JSON.parse((input as { body: string }).body) as SentEvent).facts }
      default:
        throw new Error(`This gateway has no ${operation}.`)
    }
  }
  const gateway: SimulatedGateway = {
    outbox,
    till,
    inPages,
    bringCustomer: (clientId) => {
      const customer = `cus_${clientId}`
      customers.set(customer, clientId)
      return customer
    },
    refundInPages: (key, share) => {
      const payment = payments.get(key)
      if (payment?.state !== 'succeeded' || disputes.has(payment.reference)) return
      const left = BigInt(payment.amount.minor) - payment.refunded
      const minor = (left * BigInt(Math.round(share * 1_000))) / 1_000n
      if (minor <= 0n) return
      payment.refunded += minor
      const amount = { minor: String(minor), currency: payment.amount.currency }
      const reference = `re_${++count}`
      inPages.push(reference)
      till.move('refund', { of: reference, amount: minus(amount) })
      tell({
        ...{ fact: 'refund', payment_id: payment.paymentId, payment_reference: payment.reference, amount },
        result: { outcome: 'succeeded', reference },
      })
    },
    payments,
    refunds,
    weather: CALM,
    call: (operation, input) =>
      Promise.resolve().then(() => overTheLine(dice, gateway.weather, operation, { input, act })),
    finish: (key, how) => {
      const payment = payments.get(key)
      if (payment?.state !== 'waiting') return
      payment.state = how === 'pay' ? 'succeeded' : 'cancelled'
      tellPayment(payment)
    },
    settlePending: () => {
      for (const payment of payments.values()) {
        if (payment.state !== 'pending') continue
        payment.state = dice.chance(0.8) ? 'succeeded' : 'declined'
        tellPayment(payment)
      }
    },
    dispute: (key, status) => {
      const payment = payments.get(key)
      if (payment?.state !== 'succeeded') return
      const { paymentId, reference, amount } = payment
      const before = disputes.get(reference)
      // What is decided stays so; the same may be said twice.
      if (before !== undefined && before !== 'open' && before !== status) return
      disputes.set(reference, status)
      const of = `dp_${reference}`
      if (before === undefined && status !== 'won')
        till.move('dispute', { of, amount: minus(amount), fee: feeOf(amount) })
      if (before === 'open' && status === 'won') till.move('dispute', { of, amount })
      tell({
        ...{ fact: 'dispute', reference: `dp_${reference}`, payment_id: paymentId },
        ...{ payment_reference: reference, amount, status, reason: 'fraudulent' },
      })
    },
  }
  return gateway
}

interface PaymentInput {
  idempotency_key: string
  payment_id: string
  amount: MoneyText
}

interface RefundInput {
  idempotency_key: string
  refund_id: string
  reference: string
  amount: MoneyText
}

const feeOf = ({ minor, currency }: MoneyText): MoneyText => ({
  minor: String((BigInt(minor) * FEE_PPM) / 1_000_000n),
  currency,
})

function stateOf(dice: Dice, { declined, pending }: GatewayWeather): GatewayPayment['state'] {
  if (dice.chance(declined)) return 'declined'
  return dice.chance(pending) ? 'pending' : 'succeeded'
}

/** A request may be lost on its way there or its answer on the way back; only a refusal says that nothing happened. */
function overTheLine(
  dice: Dice,
  weather: GatewayWeather,
  operation: string,
  { input, act }: { input: object; act: (operation: string, input: object) => unknown },
): unknown {
  const schemas = gatewayOperations[operation as keyof typeof gatewayOperations]
  demandFit(`input of ${operation}`, closed(schemas.input), JSON.parse(JSON.stringify(input)))
  if (operation !== 'handle_event') {
    if (dice.chance(weather.refused)) throw noAnswer('plugin.busy', false)
    if (dice.chance(weather.lostBefore)) throw noAnswer('plugin.timeout', true)
  }
  const answer = act(operation, input)
  demandFit(`answer of ${operation}`, schemas.output, answer)
  if (operation !== 'handle_event' && dice.chance(weather.lostAfter)) throw noAnswer('plugin.timeout', true)
  return answer
}

export function demandFit(what: string, schema: object, value: unknown): void {
  const problem = misfit(schema, value)
  if (problem !== undefined) throw new TypeError(`The ${what} does not fit: ${problem}.`)
}

export const noAnswer = (code: string, unknown: boolean): BerthError =>
  new BerthError(code, 504, 'There was no answer.', { params: { outcome_unknown: unknown } })
