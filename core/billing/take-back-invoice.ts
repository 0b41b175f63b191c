import { sql, type Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { creditRest } from './credit-invoice.ts'
import { creditableByHand } from './creditable.ts'
import { lockInvoice } from './settle-invoice.ts'
import { voidIssued } from './void-invoice.ts'

/**
 * What a document asks for falls away: it is voided, or, when money has come for it or something was given back of it,
 * the rest is credited to the client. So is one that was given up, which money may still come for. One that staff have
 * voided or credited already is left as it is.
 */
export async function takeBackInvoice(
  means: Means,
  trx: Trx,
  act: { invoiceId: string; reason: string },
  actor: Actor,
): Promise<void> {
  const invoice = await lockInvoice(trx, act.invoiceId)
  const { status } = invoice
  const paid = await trx.get(
    sql`select id from allocations where invoice_id = ${invoice.id} and kind = 'payment' limit 1`,
  )
  const isUntouched = async () =>
    !paid && (await creditableByHand(trx, invoice)).every(({ givenMinor }) => givenMinor === 0n)
  if (status === 'draft' || (status === 'issued' && (await isUntouched())))
    await voidIssued(means, trx, act, actor)
  else if (['issued', 'paid', 'written_off'].includes(status))
    await creditRest(means, trx, { ...act, ...FALLEN_AWAY }, actor)
}

const FALLEN_AWAY = { unasked: 'what it was issued for has fallen away', evenGivenUp: true }
