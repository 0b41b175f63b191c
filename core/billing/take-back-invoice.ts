import { sql, type Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { creditLines } from './credit-invoice.ts'
import { voidIssued } from './void-invoice.ts'

/**
 * What a document asks for falls away: it is voided, or, when money has come for it, credited to the client. So is one
 * that was given up, which money may still come for. One that staff have voided or credited already is left as it is.
 */
export async function takeBackInvoice(
  means: Means,
  trx: Trx,
  act: { invoiceId: string; reason: string },
  actor: Actor,
): Promise<void> {
  const { status, left_minor, money } = (await trx.get<Standing>(sql`
    select i.status,
      i.subtotal_minor + i.tax_minor + coalesce((select sum(n.subtotal_minor + n.tax_minor) from invoices n where n.corrects_id = i.id), 0) as left_minor,
      (select count(*) from allocations a where a.invoice_id = i.id and a.kind = 'payment') as money
    from invoices i where i.id = ${act.invoiceId}`))!
  if (status === 'draft' || (status === 'issued' && Number(money) === 0))
    await voidIssued(means, trx, act, actor)
  else if (['issued', 'paid', 'written_off'].includes(status) && left_minor !== 0n)
    await creditLines(means, trx, { ...act, ...FALLEN_AWAY }, actor)
}

const FALLEN_AWAY = { unasked: 'what it was issued for has fallen away', evenGivenUp: true }

interface Standing {
  status: string
  left_minor: bigint
  money: number
}
