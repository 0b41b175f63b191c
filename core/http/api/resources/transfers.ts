import { Type } from '../../../../sdk/index.ts'
import type { Actor } from '../../../kernel/index.ts'
import {
  moveService,
  offerTransfer,
  previewTransfer,
  retryTransfer,
  withdrawTransfer,
  type TransferRow,
} from '../../../services/index.ts'
import { amount } from '../amount.ts'
import { bodyOf, rulesOf, type Endpoint } from '../endpoint.ts'

const path = '/services/{service_id}/transfers'
const tag = 'services'
const IN_THE_WAY = 'Something has to be settled first, or it is offered already; `detail` says what.'

/**
 * Who gives a service away, and staff. An offer is answered by whoever has proved its address by signing in, which no key
 * has: that is done in the portal.
 */
export const transferEndpoints: readonly Endpoint[] = [
  {
    ...{ id: 'offerService', method: 'post', path, tag },
    summary: 'Offer a service to whoever owns a mail address',
    ...rulesOf(offerTransfer),
    body: bodyOf(offerTransfer, ['service_id']),
    status: 201,
    answer: { one: 'Transfer' },
    refusals: { 409: IN_THE_WAY },
    handle: async ({ deps, actor, params, body }) =>
      transferResource(actor, await offerTransfer(deps, { ...body, ...params }, actor)),
  },
  {
    ...{ id: 'withdrawServiceOffer', method: 'post', path: '/transfers/{transfer_id}/withdraw', tag },
    summary: 'Take back an offer that nobody has answered',
    ...rulesOf(withdrawTransfer),
    status: 204,
    answer: null,
    refusals: { 409: 'It does not stand any more.' },
    handle: ({ deps, actor, params }) => withdrawTransfer(deps, params, actor),
  },
  {
    ...{ id: 'previewServiceMove', method: 'get', path: `${path}/preview`, tag },
    summary: 'Read what would move to another client, at which prices, and what stands in the way',
    ...rulesOf(previewTransfer),
    query: Type.Object({
      to_client_id: Type.String({ maxLength: 64, description: 'cli_… that would receive it.' }),
      prices: Type.Enum(['list', 'same'] as const, {
        default: 'list',
        description: 'list: what the receiver pays today; same: what it costs now.',
      }),
    }),
    status: 200,
    answer: { one: 'TransferPreview' },
    refusals: { 409: 'That client cannot receive it.' },
    async handle({ deps, actor, params, query }) {
      const seen = await previewTransfer(deps, { ...query, ...params }, actor)
      return {
        ...{ service_id: seen.service.id, to_client_id: seen.receiver.id, obstacles: seen.obstacles },
        services: seen.taken.map(({ service, recurringMinor }) => ({
          ...{ id: service.id, label: service.label, next_period_on: service.next_period_on },
          before: amount(service.recurring_minor, service.currency),
          after: amount(recurringMinor, service.currency),
        })),
      }
    },
  },
  {
    ...{ id: 'moveService', method: 'post', path: `${path}/move`, tag },
    summary: 'Move a service to another client at once',
    ...rulesOf(moveService),
    body: bodyOf(moveService, ['service_id']),
    status: 201,
    answer: { one: 'Transfer' },
    refusals: { 409: IN_THE_WAY },
    handle: async ({ deps, actor, params, body }) =>
      transferResource(actor, await moveService(deps, { ...body, ...params }, actor)),
  },
  {
    ...{ id: 'retryTransfer', method: 'post', path: '/transfers/{transfer_id}/retry', tag },
    summary: 'Tell the provider once more whose the service is now',
    ...rulesOf(retryTransfer),
    status: 200,
    answer: { one: 'Transfer' },
    refusals: { 409: 'Its provider knows, or it was not accepted.' },
    handle: async ({ deps, actor, params }) =>
      transferResource(actor, await retryTransfer(deps, params, actor)),
  },
]

/** The giver learns neither who took it nor how the provider answered them. */
function transferResource({ kind }: Actor, row: TransferRow) {
  const { id, service_id, client_id, to_email, status, expires_at, created_at } = row
  const told = kind === 'client' ? { to_client_id: null, problem: null } : row
  return {
    ...{ id, service_id, client_id, to_email, to_client_id: told.to_client_id },
    ...{ status, problem: told.problem, expires_at, created_at },
  }
}
