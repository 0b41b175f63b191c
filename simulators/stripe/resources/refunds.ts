import { choice, integer, metadata, text } from '../inbound/fields.ts'
import { page, pageFields } from '../inbound/lists.ts'
import { mergeMetadata } from '../inbound/metadata.ts'
import { route } from '../inbound/route.ts'
import { refundCharge } from '../money/refunds.ts'
import { refuse } from '../refusals.ts'
import type { Charge } from '../shapes.ts'
import type { World } from '../world.ts'
import { find } from '../world.ts'

const target = { charge: text(), payment_intent: text() }
const createFields = {
  ...target,
  amount: integer(1),
  metadata: metadata(),
  reason: choice(['duplicate', 'fraudulent', 'requested_by_customer']),
}

export const refundRoutes = [
  route('POST /v1/refunds', createFields, (world, params) =>
    refundCharge(world, chargeOf(world, params), {
      amount: params.amount,
      reason: params.reason,
      metadata: mergeMetadata({}, params.metadata),
    }),
  ),
  route('GET /v1/refunds', { ...pageFields, ...target }, (world, params) => {
    const wanted = [...world.refunds.values()].filter((refund) =>
      (['charge', 'payment_intent'] as const).every(
        (name) => params[name] === undefined || refund[name] === params[name],
      ),
    )
    return page(wanted, params, '/v1/refunds')
  }),
  route('GET /v1/refunds/:id', {}, (world, _, id) => find(world, 'refunds', id)),
  route('POST /v1/refunds/:id', { metadata: metadata() }, (world, params, id) => {
    const refund = find(world, 'refunds', id)
    refund.metadata = mergeMetadata(refund.metadata, params.metadata)
    return refund
  }),
  route('POST /v1/refunds/:id/cancel', {}, (world, _, id) => {
    const { status } = find(world, 'refunds', id)
    throw refuse('refund_not_cancelable', { status })
  }),
]

function chargeOf(
  world: World,
  params: { charge?: string | undefined; payment_intent?: string | undefined },
): Charge {
  if (params.charge !== undefined) return find(world, 'charges', params.charge, 'charge')
  if (params.payment_intent === undefined) throw refuse('refund_target', { param: 'payment_intent' })
  const { latest_charge: id } = find(world, 'paymentIntents', params.payment_intent, 'payment_intent')
  if (id === null) throw refuse('refund_uncharged')
  return find(world, 'charges', id)
}
