import { recordAudit } from '../../audit/index.ts'
import { sql } from '../../db/index.ts'
import { recordEvent } from '../../events/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { CheckRefused, isCheckRefusal, type Asking, type Means } from '../../records/index.ts'
import type { InvoiceRow } from '../invoice.ts'
import type { MethodRow } from './keep-method.ts'

interface Charging {
  client: { client_id: string; brand_id: string }
  method: Pick<MethodRow, 'id' | 'instance_id'>
  /** None for a refill of credit. */
  invoiceIds: readonly string[]
  currency: string
  amountMinor: bigint
}

/** What plugins are asked before a saved method is charged. An attempt has no id yet, so its client stands for it. */
export function chargeAsking({ client, method, invoiceIds, currency, amountMinor }: Charging): Asking {
  const { client_id, brand_id } = client
  const row = { id: client_id, version: 0, brand_id, client_id }
  const facts = {
    ...{ amount_minor: amountMinor.toString(), currency, invoice_ids: [...invoiceIds] },
    ...{ method_id: method.id, instance_id: method.instance_id },
  }
  return { noun: 'payment', transition: 'charge', from: 'none', to: 'created', row, facts }
}

/** Whether a plugin said no. One that must be asked and does not answer is no refusal: the job comes again. */
export const isRefused = (error: unknown): error is Error =>
  isCheckRefusal(error) && error.code === CheckRefused.code

/** A charge that nobody waits for was refused: staff find that at the document, and the plan goes on with its next try. */
export async function noteRefusedCharge(
  means: Means,
  { invoiceId, message }: { invoiceId: string; message: string },
  actor: Actor,
): Promise<void> {
  await means.db.transaction(async (trx) => {
    const row = (await trx.get<InvoiceRow>(sql`select * from invoices where id = ${invoiceId}`))!
    const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
    await recordAudit(means, trx, actor, [{ ...scope, action: 'invoice.charge_refused', reason: message }])
    const body = { id: row.id, number: row.number, reason: message }
    await recordEvent(means, trx, actor, { ...scope, type: 'invoice.charge_refused', body })
  })
}

/** The same of a refill, which is found at the client; the next day asks again. */
export async function noteRefusedRefill(
  means: Means,
  { clientId, message }: { clientId: string; message: string },
  actor: Actor,
): Promise<null> {
  await means.db.transaction(async (trx) => {
    const client = await trx.get<{ brand_id: string }>(
      sql`select brand_id from clients where id = ${clientId}`,
    )
    const scope = { subject: clientId, clientId, brandId: client!.brand_id }
    await recordAudit(means, trx, actor, [{ ...scope, action: 'credit.top_up_refused', reason: message }])
  })
  return null
}
