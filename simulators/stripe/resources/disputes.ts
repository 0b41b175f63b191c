import { boolean, clearable, metadata, object, text } from '../inbound/fields.ts'
import { page, pageFields } from '../inbound/lists.ts'
import { mergeMetadata } from '../inbound/metadata.ts'
import { route } from '../inbound/route.ts'
import { closeDispute, isClosed, reviewEvidence } from '../money/disputes.ts'
import { refuse } from '../refusals.ts'
import type { Dispute } from '../shapes.ts'
import type { World } from '../world.ts'
import { find } from '../world.ts'

const evidence = object({
  customer_communication: clearable(text()),
  customer_name: clearable(text()),
  product_description: clearable(text()),
  service_date: clearable(text()),
  uncategorized_text: clearable(text(20_000)),
})

export const disputeRoutes = [
  route('GET /v1/disputes', { ...pageFields, charge: text(), payment_intent: text() }, (world, params) => {
    const wanted = [...world.disputes.values()].filter((dispute) =>
      (['charge', 'payment_intent'] as const).every(
        (name) => params[name] === undefined || dispute[name] === params[name],
      ),
    )
    return page(wanted, params, '/v1/disputes')
  }),
  route('GET /v1/disputes/:id', {}, (world, _, id) => find(world, 'disputes', id)),
  route(
    'POST /v1/disputes/:id',
    { evidence, metadata: metadata(), submit: boolean() },
    (world, params, id) => {
      const dispute = openDispute(world, id)
      dispute.metadata = mergeMetadata(dispute.metadata, params.metadata)
      if (params.evidence) {
        const sent = Object.entries(params.evidence).filter(([, value]) => value !== undefined)
        Object.assign(dispute.evidence, Object.fromEntries(sent))
        dispute.evidence_details.has_evidence = true
      }
      if (params.evidence && params.submit !== false) {
        dispute.evidence_details.submission_count += 1
        reviewEvidence(world, dispute)
      }
      world.emit('charge.dispute.updated', dispute)
      return dispute
    },
  ),
  route('POST /v1/disputes/:id/close', {}, (world, _, id) => {
    const dispute = openDispute(world, id)
    closeDispute(world, dispute, dispute.status.startsWith('warning') ? 'warning_closed' : 'lost')
    return dispute
  }),
]

function openDispute(world: World, id: string): Dispute {
  const dispute = find(world, 'disputes', id)
  if (isClosed(dispute)) throw refuse('dispute_closed', { status: dispute.status })
  return dispute
}
