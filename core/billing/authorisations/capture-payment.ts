import { Type } from '../../../sdk/index.ts'
import { list, sql, type Trx } from '../../db/index.ts'
import { invalidInput, type Actor } from '../../kernel/index.ts'
import { applyTransition, defineVerb, findRow, type Means } from '../../records/index.ts'
import { openAmount } from '../open-amount.ts'
import { lockInvoice } from '../settle-invoice.ts'
import { NothingReserved } from '../payments/errors.ts'
import type { Payments } from '../payments/gateway.ts'
import type { PaymentRow } from '../payments/payment.ts'
import {
  authorisationJob,
  lockAuthorisation,
  type AuthorisationRow,
  type CaptureMode,
} from './authorisation.ts'
import { authorisationLifecycle } from './authorisation-lifecycle.ts'
import { carryOut } from './carry-out.ts'

/** Staff take reserved money, or a part of it, once: what is not taken is let go. */
export const capturePayment = defineVerb(
  {
    permission: 'payment.capture',
    asks: ['authorisation.capture:check'],
    audience: ['staff'],
    input: Type.Object({
      payment_id: Type.String(),
      amount_minor: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,17}$' })),
    }),
  },
  async (payments: Payments, input, actor): Promise<PaymentRow> => {
    const { payment_id: id } = input
    await findRow<PaymentRow>(payments.db, actor, { table: 'payments', what: 'payment', id })
    await payments.db.transaction(async (trx) => {
      const row = await lockAuthorisation(trx, id)
      if (row?.status !== 'held') throw NothingReserved({ id })
      const amountMinor = input.amount_minor === undefined ? row.amount_minor : BigInt(input.amount_minor)
      if (amountMinor > row.amount_minor)
        throw invalidInput({ amount_minor: `is more than the ${row.amount_minor} that are reserved` })
      await capture(payments, trx, { row, amountMinor }, actor)
    })
    return carryOut(payments, id, actor)
  },
)

/** An order went on: what is reserved for its document is taken, as much as the document has open. */
export async function captureFor(
  means: Means,
  trx: Trx,
  { invoiceId, modes }: { invoiceId: string; modes: readonly CaptureMode[] },
  actor: Actor,
): Promise<void> {
  const rows = await trx.all<AuthorisationRow>(
    sql`select * from authorisations where invoice_id = ${invoiceId} and status = 'held' and mode in (${list(modes)}) order by id`,
  )
  for (const row of rows) {
    const invoice = await lockInvoice(trx, row.invoice_id)
    const open = invoice.status === 'issued' ? await openAmount(trx, invoice) : 0n
    const amountMinor = open < row.amount_minor ? open : row.amount_minor
    if (amountMinor <= 0n) continue
    await capture(means, trx, { row, amountMinor }, actor)
    await means.jobs.enqueue(trx, [authorisationJob(row.payment_id, 'capture')])
  }
}

async function capture(
  means: Means,
  trx: Trx,
  { row, amountMinor }: { row: AuthorisationRow; amountMinor: bigint },
  actor: Actor,
): Promise<void> {
  const change = {
    // Each decision goes out under a key of its own, so that one after a refusal is no repeat of it.
    set: { taken_minor: amountMinor, asked_at: null, problem: null },
    body: { payment_id: row.payment_id, invoice_id: row.invoice_id },
  }
  await applyTransition(means, trx, {
    lifecycle: authorisationLifecycle,
    row,
    name: 'capture',
    actor,
    change,
  })
}
