import { money, toDecimal, Type, type Money } from '../../../sdk/index.ts'
import { defineVerb, findRow, readSetting } from '../../records/index.ts'
import { depositMaximum, depositMinimum } from '../settings.ts'
import { sumIn } from '../sums.ts'
import { demandEligible } from './eligibility.ts'
import { AmountOutOfRange } from './errors.ts'
import { attempt, getGateway, snapshotOf, type Payments } from './gateway.ts'
import { demandOffered } from './demand-offered.ts'
import { customerAt } from './keep-method.ts'
import { insertPayment } from './payment.ts'

/** A payment for no document: what comes goes to the client's credit. */
export const startDeposit = defineVerb(
  {
    permission: 'payment.deposit',
    asksNobody: 'who pays decides by itself, at the gateway',
    audience: ['client', 'staff'],
    input: Type.Object({
      client_id: Type.String(),
      instance_id: Type.String(),
      /** Minor units of the client's currency. */
      amount_minor: Type.String({ pattern: '^\\d{1,15}$' }),
      return_url: Type.String(),
      cancel_url: Type.String(),
    }),
  },
  async (payments: Payments, input, actor) => {
    const { id, brand_id, currency } = await findRow<{ id: string; brand_id: string; currency: string }>(
      payments.db,
      actor,
      {
        ...{ table: 'clients', what: 'client', id: input.client_id },
        scope: { client: 'id', right: 'payment.deposit' },
      },
    )
    const amountMinor = BigInt(input.amount_minor)
    await refuseOutside(payments, { brandId: brand_id, currency, amountMinor })
    const gateway = await getGateway(payments.db, input.instance_id)
    const client = await snapshotOf(payments.db, id)
    await demandOffered(payments.db, gateway, { currency, amountMinor, clientId: id })
    if (actor.kind !== 'staff')
      await demandEligible(payments, gateway, { clientId: id, currency, amountMinor })
    const paymentId = payments.newId('pay')
    const payment = await payments.db.transaction((trx) =>
      insertPayment(trx, {
        ...{ id: paymentId, brandId: brand_id, clientId: id, invoiceId: null, instanceId: gateway.id },
        ...{ kind: 'deposit', currency, amountMinor, effectKey: `deposit/${paymentId}`, attempt: 1 },
        now: payments.business.now(),
      }),
    )
    const customer = await customerAt(payments.db, id, gateway.id)
    const call = {
      payment_id: payment.id,
      idempotency_key: payment.effect_key,
      amount: { minor: input.amount_minor, currency },
      description: 'Account credit',
      document: payment.id,
      client,
      ...(customer ? { customer } : {}),
      save_method: false,
      return_url: `${input.return_url}?payment=${payment.id}`,
      cancel_url: `${input.cancel_url}?payment=${payment.id}`,
      locale: client.locale,
      started_at: payments.business.now(),
    }
    return attempt(payments, { payment, operation: 'start_payment', input: call }, actor)
  },
)

/** For every sum that a client lets in without a document, now or later by itself. */
export async function refuseOutside(
  payments: Pick<Payments, 'db'>,
  { brandId, currency, amountMinor }: { brandId: string; currency: string; amountMinor: bigint },
): Promise<void> {
  const { minimum, maximum } = await depositLimits(payments, brandId, currency)
  if (amountMinor >= minimum.minor && (maximum === null || amountMinor <= maximum.minor)) return
  throw AmountOutOfRange({
    minimum: `${toDecimal(minimum)} ${currency}`,
    ...(maximum ? { maximum: `${toDecimal(maximum)} ${currency}` } : {}),
  })
}

/** Least of one deposit in the currency, and most; null: as much as one likes. */
export async function depositLimits(
  payments: Pick<Payments, 'db'>,
  brandId: string,
  currency: string,
): Promise<{ minimum: Money; maximum: Money | null }> {
  const limit = async (setting: typeof depositMinimum) =>
    sumIn(await readSetting(payments.db, setting, { brand: brandId }), currency)
  const [least, most] = [await limit(depositMinimum), await limit(depositMaximum)]
  return { minimum: money(least ?? 1n, currency), maximum: most === null ? null : money(most, currency) }
}
