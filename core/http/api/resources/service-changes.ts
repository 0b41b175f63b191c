import {
  cancelChange,
  previewChange,
  requestChange,
  type ChangeWish,
  type PricedChange,
} from '../../../services/index.ts'
import { checkInput } from '../../../records/index.ts'
import { offeredWish } from '../../offered-wish.ts'
import { amount } from '../amount.ts'
import { bodyOf, rulesOf, type ApiCall, type Endpoint } from '../endpoint.ts'

const path = '/services/{service_id}/changes'
const tag = 'services'
const NOT_POSSIBLE = 'It is not active, its term is over, or it cannot become that.'

export const serviceChangeEndpoints: readonly Endpoint[] = [
  {
    ...{ id: 'previewServiceChange', method: 'post', path: `${path}/preview`, tag },
    summary: 'Price another plan, cycle, quantity or other options of a service; changes nothing',
    ...rulesOf(previewChange),
    body: bodyOf(previewChange, ['service_id']),
    status: 200,
    answer: { one: 'ChangePreview' },
    refusals: { 409: NOT_POSSIBLE },
    async handle(call) {
      const wish = await wishOf(call, previewChange)
      return previewResource(await previewChange(call.deps, wish, call.actor))
    },
  },
  {
    ...{ id: 'changeService', method: 'post', path, tag },
    summary: 'Change plan, cycle, quantity or options of a service, at once or when its invoice is paid',
    ...rulesOf(requestChange),
    body: bodyOf(requestChange, ['service_id']),
    status: 201,
    answer: { one: 'ServiceChange' },
    refusals: { 409: NOT_POSSIBLE },
    async handle(call) {
      const wish = await wishOf(call, requestChange)
      const { id, status, invoiceId } = await requestChange(call.deps, wish, call.actor)
      return { id, status, invoice_id: invoiceId }
    },
  },
  {
    ...{ id: 'cancelServiceChange', method: 'post', path: '/service-changes/{change_id}/cancel', tag },
    summary: 'Take back a change that waits for its payment',
    ...rulesOf(cancelChange),
    status: 204,
    answer: null,
    refusals: { 409: 'It waits no more.' },
    handle: ({ deps, actor, params }) => cancelChange(deps, params, actor),
  },
]

/** Clients choose among what the shop offers them, as on its pages. */
async function wishOf(
  { deps, actor, params, body }: ApiCall,
  verb: typeof previewChange | typeof requestChange,
): Promise<ChangeWish> {
  const asked = checkInput(verb.input, { ...body, ...params })
  if (actor.kind !== 'client') return asked
  return (await offeredWish({ deps, actor }, asked, verb.permission)).wish
}

function previewResource({ service, offer, plan, added, sums }: PricedChange) {
  const of = (minor: bigint) => amount(minor, service.currency)
  return {
    ...{ service_id: service.id, product_id: offer.productId, cycle: offer.cycle, quantity: offer.quantity },
    recurring: of(offer.recurringMinor),
    lines: [...plan.lines, ...added].map(({ description, amountMinor }) => ({
      description,
      amount: of(amountMinor),
    })),
    tax: of(sums.taxMinor),
    total: of(sums.totalMinor),
  }
}
