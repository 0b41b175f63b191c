import type { TObject } from '../../../../sdk/index.ts'
import type { Verb } from '../../../records/index.ts'
import {
  cancelService,
  deliverService,
  editService,
  findService,
  pauseService,
  releaseService,
  resumeService,
  spareService,
  suspendService,
  terminateService,
  undoCancellation,
} from '../../../services/index.ts'
import type { HttpDeps } from '../../deps.ts'
import { amount } from '../amount.ts'
import { bodyOf, rulesOf, type Endpoint } from '../endpoint.ts'
import { serviceAfter } from './service-resource.ts'

const ENDED = 'It has ended.'

export const serviceMoveEndpoints: readonly Endpoint[] = [
  move('edit', editService, { summary: 'Name a service, and say whether its renewals charge themselves' }),
  move('suspend', suspendService, { summary: 'Hold a service: it is suspended', refused: ENDED }),
  move('release', releaseService, {
    summary: 'Lift one hold of a service, or all of them',
    refused: 'It is not held so.',
  }),
  move('pause', pauseService, {
    summary: 'Rest a service; whether it is charged meanwhile is the shop’s rule',
    refused: 'It has ended, or may not be paused.',
  }),
  move('resume', resumeService, { summary: 'Wake a paused service', refused: 'It is not paused.' }),
  move('spare', spareService, {
    summary: 'Do not suspend a service for what is overdue until a day; null: as the rules say',
  }),
  move('deliver', deliverService, {
    summary: 'Start the delivery of a service that waits for nobody else',
    refused: 'It is delivered already, has ended, or is held as fraud.',
  }),
  {
    ...{ id: 'cancelService', method: 'post', path: '/services/{service_id}/cancel', tag: 'services' },
    summary: 'End a service now or with its term',
    ...rulesOf(cancelService),
    body: bodyOf(cancelService, ['service_id']),
    status: 200,
    answer: { one: 'Cancellation' },
    refusals: { 409: 'It has ended, or is paused and has no term.' },
    async handle({ deps, actor, params, body }) {
      const id = params['service_id']!
      const { effectiveOn, returnedMinor } = await cancelService(deps, { ...body, ...params }, actor)
      const right = cancelService.permission
      const { currency } = await findService(deps.db, actor, { id, right })
      return { service_id: id, effective_on: effectiveOn, returned: amount(returnedMinor, currency) }
    },
  },
  move('keep', undoCancellation, {
    summary: 'Take a planned cancellation back',
    refused: 'It is not cancelled, or has ended.',
  }),
  move('terminate', terminateService, {
    summary: 'End a service for good, and remove what exists at its provider',
    refused: ENDED,
  }),
]

/** An act that leaves a service in another state, and answers it. */
function move<S extends TObject>(
  name: string,
  verb: Verb<HttpDeps, S, unknown>,
  { summary, refused }: { summary: string; refused?: string },
): Endpoint {
  const body = bodyOf(verb, ['service_id'])
  return {
    ...{ id: `${name}Service`, method: 'post', path: `/services/{service_id}/${name}`, tag: 'services' },
    ...{ summary, ...rulesOf(verb) },
    ...(Object.keys(body.properties).length > 0 ? { body } : {}),
    status: 200,
    answer: { one: 'Service' },
    ...(refused ? { refusals: { 409: refused } } : {}),
    async handle(call) {
      await verb(call.deps, { ...call.body, ...call.params }, call.actor)
      return serviceAfter(call, verb.permission)
    },
  }
}
