import { list, sql, type Trx } from '../db/index.ts'
import type { Means } from '../records/index.ts'

/**
 * Nobody is reminded of what is open for these services or charged for it, until it is trusted again. What the client
 * pays by itself is taken.
 */
export async function suspectInvoices(
  means: Pick<Means, 'business'>,
  trx: Trx,
  { serviceIds, suspected }: { serviceIds: readonly string[]; suspected: boolean },
): Promise<void> {
  const now = means.business.now()
  await trx.run(sql`
    update invoices set suspected_at = ${suspected ? now : null}, version = version + 1, updated_at = ${now}
    where status = 'issued' and kind = 'invoice'
      and id in (select l.invoice_id from invoice_lines l where l.source_id in (${list(serviceIds)}))`)
}
