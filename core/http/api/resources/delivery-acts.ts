import type { TObject } from '../../../../sdk/index.ts'
import type { Verb } from '../../../records/index.ts'
import {
  adoptDelivery,
  giveUpDelivery,
  markDelivered,
  previewGivingUp,
  retryDelivery,
  undoDelivery,
} from '../../../services/index.ts'
import type { HttpDeps } from '../../deps.ts'
import { amount } from '../amount.ts'
import { bodyOf, rulesOf, type Endpoint } from '../endpoint.ts'
import { deliveryAfter } from './delivery-resource.ts'

const path = '/deliveries/{delivery_id}'
const tag = 'deliveries'

/** What staff do about work that stands still. */
export const deliveryActEndpoints: readonly Endpoint[] = [
  act('retry', retryDelivery, {
    summary: 'Try a failed delivery again',
    refused: 'It is over, or a person has taken it over.',
  }),
  act('undo', undoDelivery, {
    summary: 'Take back what a creation has made; it may be delivered anew afterwards',
    refused: 'It is no creation on a server, a person has taken it over, or a call is under way.',
  }),
  act('adopt', adoptDelivery, {
    summary: 'Take what exists at the provider as what a creation was to make; the provider is asked first',
    refused: 'The provider does not have it, another service has it, or it is no creation.',
  }),
  act('mark-done', markDelivered, {
    id: 'markDelivered',
    summary: 'Say that a person has delivered it, with what its client needs to use it',
    refused: 'It is over, or a call is under way.',
  }),
  {
    ...{ id: 'previewGivingUp', method: 'get', path: `${path}/give-up`, tag },
    summary: 'Read what giving a delivery up with a refund would give back',
    ...rulesOf(giveUpDelivery),
    status: 200,
    answer: { one: 'DeliveryRefundPreview' },
    async handle({ deps, actor, params }) {
      const { delivery, service, plan } = await previewGivingUp(deps, actor, params['delivery_id']!)
      const of = (minor: bigint | undefined) => amount(minor ?? 0n, plan?.currency ?? service.currency)
      return {
        delivery_id: delivery.id,
        ...{ open: of(plan?.openMinor), paid: of(plan?.paidMinor), sendable: of(plan?.sendableMinor) },
      }
    },
  },
  {
    ...{ id: 'giveUpDelivery', method: 'post', path: `${path}/give-up`, tag },
    summary: 'Give a delivery up; with a refund its service ends and all that was charged comes back',
    ...rulesOf(giveUpDelivery),
    body: bodyOf(giveUpDelivery, ['delivery_id']),
    status: 200,
    answer: { one: 'GivenUpDelivery' },
    refusals: { 409: 'It is over, a call is under way, or there is nothing to give back.' },
    async handle(call) {
      const back = await giveUpDelivery(call.deps, { ...call.body, ...call.params }, call.actor)
      return {
        delivery: await deliveryAfter(call),
        sent: back && amount(back.sentMinor, back.currency),
        credit: back && amount(back.creditMinor, back.currency),
      }
    },
  },
]

/** An act that leaves a delivery in another state, and answers it. */
function act<S extends TObject>(
  name: string,
  verb: Verb<HttpDeps, S, unknown>,
  { id = `${name}Delivery`, summary, refused }: { id?: string; summary: string; refused: string },
): Endpoint {
  const body = bodyOf(verb, ['delivery_id'])
  return {
    ...{ id, method: 'post', path: `${path}/${name}`, tag, summary },
    ...rulesOf(verb),
    ...(Object.keys(body.properties).length > 0 ? { body } : {}),
    status: 200,
    answer: { one: 'Delivery' },
    refusals: { 409: refused },
    async handle(call) {
      await verb(call.deps, { ...call.body, ...call.params }, call.actor)
      return deliveryAfter(call)
    },
  }
}
