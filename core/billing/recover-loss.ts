import { sql, type Trx } from '../db/index.ts'
import type { Means } from '../records/index.ts'
import type { InvoiceRow } from './invoice.ts'
import { account, postJournal } from './ledger.ts'
import { todayOf } from './open-amount.ts'

/**
 * What settles a claim that was given up: as much of the loss is none. The source is a payment, a credit note, or a
 * dispute that was won.
 */
export async function recoverLoss(
  means: Means,
  trx: Trx,
  of: { source: Pick<InvoiceRow, 'id' | 'brand_id' | 'client_id' | 'currency'>; amountMinor: bigint },
): Promise<void> {
  const { id: sourceId, brand_id: brandId, client_id: clientId, currency } = of.source
  await postJournal(means, trx, {
    ...{ kind: 'write_off_recovered', sourceId, brandId },
    effectiveOn: await todayOf(means, trx, brandId),
    postings: [
      { account: account.receivable, currency, clientId, amountMinor: of.amountMinor },
      { account: account.writeOffs, currency, clientId, amountMinor: -of.amountMinor },
    ],
  })
}

/** All of a claim that was given up has come: from now on it is one like any other. */
export async function endWriteOff(means: Means, trx: Trx, invoiceId: string): Promise<void> {
  await trx.run(sql`
    update write_offs set recovered_at = ${means.business.now()}
    where invoice_id = ${invoiceId} and recovered_at is null`)
}
