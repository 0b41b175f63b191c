import type { PaymentOutcome } from '../../../sdk/index.ts'
import { sql } from '../../db/index.ts'
import { setTimer } from '../../jobs/index.ts'
import { assert, instant, toMs, type Actor } from '../../kernel/index.ts'
import { applyTransition } from '../../records/index.ts'
import { bookOutcome } from '../payments/book-outcome.ts'
import { getGateway, offers, type Payments } from '../payments/gateway.ts'
import type { PaymentRow } from '../payments/payment.ts'
import { lockAuthorisation, type AuthorisationRow } from './authorisation.ts'
import { authorisationLifecycle } from './authorisation-lifecycle.ts'

/** Minutes until a gateway that gave no answer is asked again. */
const AGAIN_MINUTES = 15

/**
 * Asks the gateway to take reserved money or to let it go, outside any transaction, and books its answer. Before the
 * request goes out the row says so; whoever finds that after a crash asks what became of it before sending it again,
 * under the same key.
 */
export async function carryOut(payments: Payments, paymentId: string, actor: Actor): Promise<PaymentRow> {
  const { payment, row, asked } = await claim(payments, paymentId)
  if (row?.status !== 'capturing' && row?.status !== 'releasing') return payment
  assert(payment.instance_id, 'reserved money is at a gateway')
  const gateway = await getGateway(payments.db, payment.instance_id)
  if (asked && offers(gateway, 'look_up')) {
    const found = await call(payments, payment, lookUpOf(payment))
    if (found === 'unknown' || found.outcome !== 'authorised')
      return book(payments, { payment, row, outcome: found }, actor)
  }
  return book(
    payments,
    { payment, row, outcome: await call(payments, payment, requestOf(payment, row)) },
    actor,
  )
}

interface Claimed {
  payment: PaymentRow
  row: AuthorisationRow | undefined
  /** A request may have gone out already. */
  asked: boolean
}

function claim(payments: Payments, paymentId: string): Promise<Claimed> {
  return payments.db.transaction(async (trx) => {
    const row = await lockAuthorisation(trx, paymentId)
    const payment = await trx.get<PaymentRow>(sql`select * from payments where id = ${paymentId}`)
    assert(payment, `payment ${paymentId} exists`)
    const asked = row?.asked_at != null
    if (row && !asked && (row.status === 'capturing' || row.status === 'releasing'))
      await trx.run(sql`update authorisations set asked_at = ${payments.business.now()} where id = ${row.id}`)
    return { payment, row, asked }
  })
}

interface Request {
  operation: 'look_up' | 'capture' | 'void'
  input: object
}

const lookUpOf = ({ id, effect_key, reference }: PaymentRow): Request => ({
  operation: 'look_up',
  input: { payment_id: id, idempotency_key: effect_key, ...(reference ? { reference } : {}) },
})

function requestOf({ id, reference }: PaymentRow, row: AuthorisationRow): Request {
  assert(reference, 'reserved money has a reference')
  const of = { payment_id: id, reference }
  if (row.status === 'releasing')
    return { operation: 'void', input: { ...of, idempotency_key: `release/${row.id}` } }
  const amount = { minor: row.taken_minor.toString(), currency: row.currency }
  return {
    operation: 'capture',
    input: { ...of, amount, idempotency_key: `capture/${row.id}/${row.version}` },
  }
}

async function call(
  payments: Payments,
  payment: PaymentRow,
  { operation, input }: Request,
): Promise<PaymentOutcome | 'unknown'> {
  return payments.plugins
    .call<PaymentOutcome>(payment.instance_id!, 'gateway', operation, input, { deadline: 'act' })
    .catch((error: unknown) => {
      payments.log.warn({ err: error, payment: payment.id, operation }, 'no answer about reserved money')
      return 'unknown' as const
    })
}

interface Answer {
  payment: PaymentRow
  row: AuthorisationRow
  outcome: PaymentOutcome | 'unknown'
}

function book(payments: Payments, { payment, row, outcome }: Answer, actor: Actor): Promise<PaymentRow> {
  return payments.db.transaction(async (trx) => {
    if (outcome === 'unknown' || outcome.outcome === 'pending') {
      const now = payments.business.now()
      await setTimer(trx, {
        ...{ id: payments.newId('tmr'), task: 'billing.authorisation', key: `authorisation/${payment.id}` },
        ...{ dueAt: instant(toMs(now) + AGAIN_MINUTES * 60_000), payload: { payment_id: payment.id }, now },
      })
      return payment
    }
    if (outcome.outcome !== 'declined' && outcome.outcome !== 'authorised')
      return bookOutcome(payments, trx, { paymentId: payment.id, outcome }, actor)
    const known = await lockAuthorisation(trx, payment.id)
    if (known?.status !== 'capturing' || known.version !== row.version) return payment
    const problem = outcome.outcome === 'declined' ? `${outcome.code}: ${outcome.message}` : 'not taken'
    await applyTransition(payments, trx, {
      ...{ lifecycle: authorisationLifecycle, row: known, name: 'keep', actor },
      change: {
        set: { problem, taken_minor: 0n },
        body: { payment_id: payment.id, invoice_id: row.invoice_id },
      },
    })
    return payment
  })
}
