import { Type, type DoneOrFailed } from '../../../sdk/index.ts'
import { defineError, IllegalTransition } from '../../kernel/index.ts'
import { applyTransition, askCheck, defineVerb, findRow } from '../../records/index.ts'
import { offers, getGateway, type Payments } from '../payments/gateway.ts'
import { agreementLifecycle, lockAgreement, type AgreementRow } from './agreement.ts'

export const AgreementKept = defineError(
  'agreement.kept',
  502,
  (p: { gateway: string; reason: string }) =>
    `${p.gateway} did not end the agreement: ${p.reason} It may still take money; look there.`,
)

/**
 * Ends an agreement at its gateway. Our own charges of its service go on by themselves afterwards. The key makes a
 * repeat the same request, and an answer that was lost is heard with the next reading.
 */
export const cancelAgreement = defineVerb(
  {
    permission: 'agreement.cancel',
    asks: ['agreement.end:check'],
    audience: ['staff'],
    input: Type.Object({ agreement_id: Type.String() }),
  },
  async (payments: Payments, { agreement_id: id }, actor): Promise<AgreementRow> => {
    const wanted = { table: 'agreements', what: 'agreement', id, scope: { client: null } }
    const found = await findRow<AgreementRow>(payments.db, actor, wanted)
    if (found.status === 'ended')
      throw IllegalTransition({ noun: 'agreement', id, state: found.status, transition: 'end' })
    const gateway = await getGateway(payments.db, found.instance_id)
    if (!offers(gateway, 'cancel_agreement'))
      throw AgreementKept({ gateway: gateway.name, reason: 'It offers no way to end one from here.' })
    await askCheck(payments, actor, {
      ...{ noun: 'agreement', transition: 'end', from: found.status, to: 'ended', row: found },
    })
    const input = { idempotency_key: `agreement/${id}/cancel`, agreement: found.reference }
    const answer = await payments.plugins
      .call<DoneOrFailed>(gateway.id, 'gateway', 'cancel_agreement', input)
      .catch((error: unknown) => {
        throw AgreementKept({ gateway: gateway.name, reason: (error as Error).message }, error)
      })
    if (answer.outcome === 'failed') throw AgreementKept({ gateway: gateway.name, reason: answer.message })
    return payments.db.transaction(async (trx) => {
      const row = (await lockAgreement(trx, found.instance_id, found.reference))!
      // Its own message may have come before this answer.
      if (row.status === 'ended') return row
      const change = { body: { client_id: row.client_id, service_id: row.service_id } }
      return applyTransition(payments, trx, {
        lifecycle: agreementLifecycle,
        row,
        name: 'end',
        actor,
        change,
        unasked: 'asked before the gateway was',
      })
    })
  },
)
