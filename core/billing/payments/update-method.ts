import { type Static, Type, type UpdatedMethod } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { defineVerb } from '../../records/index.ts'
import { MethodNotUpdated } from './errors.ts'
import { getGateway, offers, snapshotOf, type Payments } from './gateway.ts'
import { customerAt, keepMethod } from './keep-method.ts'
import { findMethod } from './methods.ts'

const Input = Type.Object({ method_id: Type.String(), return_url: Type.String() })

/**
 * Has the gateway bring a saved method up to date: a renewed card, or the client as it is now. Answers where the client
 * must go, or null when all is done. The key is of this wish: a repeat is another wish, and changes nothing more.
 */
export const updateMethod = defineVerb(
  {
    permission: 'method.update',
    asksNobody: 'a client keeps a way to pay of its own; each charge is asked about',
    audience: ['client', 'staff'],
    input: Input,
  },
  async (payments: Payments, input: Static<typeof Input>, actor): Promise<{ url: string | null }> => {
    const method = await findMethod(payments, input.method_id, { actor, right: 'method.update' })
    const { client_id: clientId, instance_id: instanceId } = method
    const gateway = await getGateway(payments.db, instanceId)
    const refuse = (reason: string, cause?: unknown) =>
      MethodNotUpdated({ gateway: gateway.name, reason }, cause)
    if (!offers(gateway, 'update_method')) throw refuse('It offers no way to do so from here.')
    const customer = await customerAt(payments.db, clientId, instanceId)
    const call = {
      idempotency_key: `update/${payments.newId('req')}`,
      ...{ method: method.reference, client: await snapshotOf(payments.db, clientId) },
      ...(customer ? { customer } : {}),
      return_url: input.return_url,
    }
    const answer = await payments.plugins
      .call<UpdatedMethod>(instanceId, 'gateway', 'update_method', call, { deadline: 'act' })
      .catch((error: unknown) => {
        throw refuse((error as Error).message, error)
      })
    if (answer.outcome === 'failed') throw refuse(answer.message)
    const kept = answer.outcome === 'updated' ? answer.method : undefined
    // Another reference is another method, to which the client has not agreed.
    if (kept && kept.reference !== method.reference) throw refuse('It answered another method.')
    await payments.db.transaction(async (trx) => {
      if (kept) await keepMethod(payments, trx, { clientId, instanceId, method: kept })
      const after = { outcome: answer.outcome }
      await recordAudit(payments, trx, actor, [
        { action: 'method.update', subject: method.id, clientId, after },
      ])
    })
    return { url: answer.outcome === 'needs_client' ? answer.url : null }
  },
)
