import { Type } from '../../../sdk/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { applyTransition, defineVerb, findRow, type Means } from '../../records/index.ts'
import { NothingReserved } from '../payments/errors.ts'
import type { PaymentRow } from '../payments/payment.ts'
import { authorisationJob, lockAuthorisation, type AuthorisationRow } from './authorisation.ts'
import { authorisationLifecycle } from './authorisation-lifecycle.ts'

/** Staff let go of reserved money: the document is open as before. The gateway is asked in a job. */
export const releasePayment = defineVerb(
  {
    permission: 'payment.release',
    asks: ['authorisation.release:check'],
    audience: ['staff'],
    input: Type.Object({ payment_id: Type.String(), reason: Type.String({ minLength: 1, maxLength: 500 }) }),
  },
  async (means: Means, { payment_id: id, reason }, actor): Promise<void> => {
    await findRow<PaymentRow>(means.db, actor, { table: 'payments', what: 'payment', id })
    await means.db.transaction(async (trx) => {
      const row = await lockAuthorisation(trx, id)
      if (row?.status !== 'held') throw NothingReserved({ id })
      await release(means, trx, { row, reason }, actor)
    })
  },
)

/** What is reserved for a document that is not owed any more is let go. */
export async function releaseHeld(
  means: Means,
  trx: Trx,
  { invoiceId, reason }: { invoiceId: string; reason: string },
  actor: Actor,
): Promise<void> {
  const rows = await trx.all<AuthorisationRow>(
    sql`select * from authorisations where invoice_id = ${invoiceId} and status = 'held' order by id`,
  )
  for (const row of rows) await release(means, trx, { row, reason }, actor)
}

async function release(
  means: Means,
  trx: Trx,
  { row, reason }: { row: AuthorisationRow; reason: string },
  actor: Actor,
): Promise<void> {
  const change = { reason, body: { payment_id: row.payment_id, invoice_id: row.invoice_id } }
  await applyTransition(means, trx, {
    lifecycle: authorisationLifecycle,
    row,
    name: 'release',
    actor,
    change,
  })
  await means.jobs.enqueue(trx, [authorisationJob(row.payment_id, 'release')])
}
