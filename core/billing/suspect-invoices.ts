import { list, sql, type Sql, type Trx } from '../db/index.ts'
import type { Means } from '../records/index.ts'
import type { DraftInvoice } from './draft.ts'

/**
 * After an order was marked as fraud or cleared of it: what charges its client for a service of any marked order is
 * suspected, whatever its state, since what was paid may open again. Nobody is reminded of it or charged for it then.
 * What the client pays by itself is taken.
 */
export async function suspectInvoices(
  means: Pick<Means, 'business'>,
  trx: Trx,
  { orderId }: { orderId: string },
): Promise<void> {
  const now = means.business.now()
  await trx.run(sql`
    update invoices set suspected_at = case when suspected_at is null then ${now} else null end,
      version = version + 1, updated_at = ${now}
    where kind = 'invoice' and status <> 'void'
      and id in (select l.invoice_id from invoice_lines l join order_items t on t.service_id = l.source_id where t.order_id = ${orderId})
      and (suspected_at is null) = exists (select 1 from invoice_lines l join order_items t on t.service_id = l.source_id
        join orders o on ${isSuspect} where l.invoice_id = invoices.id and o.client_id = invoices.client_id)`)
}

/** The order "o" of an item "t" is marked as fraud. */
const isSuspect: Sql = sql`o.id = t.order_id and o.status = 'fraud'`

/** Says of new documents which are suspected from the first moment on: one statement, however many they are. */
export async function suspicions(
  trx: Trx,
  drafts: readonly DraftInvoice[],
): Promise<(draft: DraftInvoice) => boolean> {
  const sources = drafts
    .filter(isInvoice)
    .flatMap(({ lines }) => lines.flatMap(({ sourceId }) => sourceId ?? []))
  if (sources.length === 0) return () => false
  const rows = await trx.all<{ service_id: string; client_id: string }>(sql`
    select t.service_id, o.client_id from order_items t join orders o on ${isSuspect}
    where t.service_id in (${list([...new Set(sources)])})`)
  const isMarked = (sourceId: string | null, clientId: string) =>
    rows.some((row) => row.service_id === sourceId && row.client_id === clientId)
  return (draft) => isInvoice(draft) && draft.lines.some(({ sourceId }) => isMarked(sourceId, draft.clientId))
}

const isInvoice = ({ kind = 'invoice' }: DraftInvoice): boolean => kind === 'invoice'
