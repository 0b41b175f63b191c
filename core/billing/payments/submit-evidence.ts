import { createHash } from 'node:crypto'
import { Type, type DoneOrFailed } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql } from '../../db/index.ts'
import { BerthError, invalidInput, NotFound, type Instant } from '../../kernel/index.ts'
import { defineVerb, demandCheck, scoped } from '../../records/index.ts'
import type { DisputeRow } from './book-dispute.ts'
import { DisputeDecided, NoEvidenceTaken } from './errors.ts'
import { getGateway, offers, type Payments } from './gateway.ts'

export interface EvidenceRow {
  dispute_id: string
  effect_key: string
  fields: string
  status: 'sending' | 'sent' | 'refused' | 'unknown'
  problem: string | null
  sent_by: string
  created_at: Instant
}

const text = Type.Optional(Type.String({ maxLength: 20_000 }))

/**
 * Sends our side of a dispute through its gateway. What is sent is kept with its answer; the same words a second time go
 * out under the same key, so a lost answer is asked for by sending again.
 */
export const submitEvidence = defineVerb(
  {
    permission: 'dispute.submit_evidence',
    asks: ['dispute.submit_evidence:check'],
    audience: ['staff'],
    input: Type.Object({
      dispute_id: Type.String(),
      fields: Type.Object({
        text,
        product_description: text,
        service_date: text,
        customer_communication: text,
      }),
    }),
  },
  async (payments: Payments, { dispute_id, fields: given }, actor): Promise<EvidenceRow> => {
    const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value?.trim()))
    if (Object.keys(fields).length === 0) throw invalidInput({ text: 'is missing' })
    const dispute = await payments.db.get<DisputeRow & { brand_id: string }>(sql`
      select d.*, c.brand_id from disputes d join clients c on c.id = d.client_id where d.id = ${dispute_id} and ${scoped(actor, { table: 'c', client: 'id' })}`)
    if (!dispute) throw NotFound({ what: 'dispute', id: dispute_id })
    if (dispute.status !== 'open' && dispute.status !== 'inquiry')
      throw DisputeDecided({ id: dispute.id, status: dispute.status })
    const gateway = await getGateway(payments.db, dispute.instance_id)
    if (!offers(gateway, 'submit_evidence')) throw NoEvidenceTaken({ gateway: gateway.name })
    const json = JSON.stringify(fields)
    const key = `evidence/${dispute.id}/${createHash('sha256').update(json).digest('hex').slice(0, 24)}`
    await payments.db.transaction(async (trx) => {
      const act = { noun: 'dispute', transition: 'submit_evidence', from: dispute.status, to: dispute.status }
      demandCheck(payments, trx, actor, { ...act, row: dispute, facts: { fields: Object.keys(fields) } })
      await trx.run(sql`
        insert into dispute_evidence (dispute_id, effect_key, fields, status, sent_by, created_at)
        values (${dispute.id}, ${key}, ${json}, 'sending', ${actor.id}, ${payments.business.now()}) on conflict (effect_key) do nothing`)
      const scope = { subject: dispute.id, clientId: dispute.client_id, brandId: dispute.brand_id }
      await recordAudit(payments, trx, actor, [
        { ...scope, action: 'dispute.submit_evidence', after: { fields: Object.keys(fields) } },
      ])
    })
    const input = { idempotency_key: key, dispute: dispute.reference, fields }
    const answer = await payments.plugins
      .call<DoneOrFailed>(gateway.id, 'gateway', 'submit_evidence', input, { deadline: 'act' })
      .catch((error: unknown) => error as Error)
    await payments.db.run(sql`
      update dispute_evidence set status = ${statusOf(answer)}, problem = ${problemOf(answer)} where effect_key = ${key} and status <> 'sent'`)
    return (await payments.db.get<EvidenceRow>(
      sql`select * from dispute_evidence where effect_key = ${key}`,
    ))!
  },
)

/** No answer is neither: the evidence may have arrived. */
function statusOf(answer: DoneOrFailed | Error): EvidenceRow['status'] {
  if (!(answer instanceof Error)) return answer.outcome === 'done' ? 'sent' : 'refused'
  return answer instanceof BerthError && answer.params.outcome_unknown === false ? 'refused' : 'unknown'
}

const problemOf = (answer: DoneOrFailed | Error): string | null =>
  answer instanceof Error || answer.outcome !== 'done' ? answer.message : null
