import { recordAudit } from '../../audit/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { recordEvent } from '../../events/index.ts'
import type { Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { MethodRow } from './keep-method.ts'

export interface Refusing {
  /** The method as it is; undefined when there is none. */
  method: MethodRow | undefined
  code: string | null
  /** The charge that was refused, whose own mail tells the client. */
  paymentId?: string
  /** What the client is told when no charge tells it. */
  message?: string
}

/** A method that will not work again is charged no more before its holder saves it anew. Once, however often it is said. */
export async function refuseMethod(
  means: Means,
  trx: Trx,
  { method, code, paymentId, message }: Refusing,
  actor: Actor,
): Promise<boolean> {
  if (!method || method.removed_at !== null) return false
  const now = means.business.now()
  const changed = await trx.run(sql`
    update payment_methods set refused_at = ${now}, refused_code = ${code}, version = version + 1, updated_at = ${now}
    where id = ${method.id} and refused_at is null`)
  if (changed === 0) return false
  const after = { code, ...(paymentId === undefined ? {} : { payment_id: paymentId }) }
  await recordAudit(means, trx, actor, [
    { action: 'method.refuse', subject: method.id, clientId: method.client_id, after },
  ])
  if (message !== undefined)
    await recordEvent(means, trx, actor, {
      ...{ type: 'method.refused', subject: method.id, clientId: method.client_id },
      body: { id: method.id, label: method.label, code, reason: message },
    })
  return true
}
