import type { Trx } from '../db/index.ts'
import type { Means } from '../records/index.ts'
import type { InvoiceRow } from './invoice.ts'
import { account, postJournal } from './ledger.ts'
import { todayOf } from './open-amount.ts'

/** What settles a claim that was given up: as much of the loss is none. The source is a payment or a credit note. */
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
