import { amountDue, askedNow, askedOfOpen } from '../../billing/index.ts'
import { sql } from '../../db/index.ts'
import type { IsoDate } from '../../kernel/index.ts'
import type { RouteCtx } from '../context.ts'

interface Row {
  id: string
  brand_id: string
  client_id: string
  kind: string
  status: string
  currency: string
  proforma: number
  owed_on: IsoDate | null
  total_minor: bigint
  allocated_minor: bigint
}

/** What a payment of an order's invoice takes now, in minor units: credit, parts that were paid and a plan count. */
export async function askedOfOrder(ctx: RouteCtx, invoiceId: string): Promise<bigint> {
  const { deps } = ctx.state
  const invoice = await deps.db.get<Row>(sql`
    select i.id, i.brand_id, i.client_id, i.kind, i.status, i.currency, i.proforma, i.owed_on, i.total_minor,
      coalesce((select sum(a.amount_minor) from allocations a where a.invoice_id = i.id), 0) as allocated_minor
    from invoices i where i.id = ${invoiceId}`)
  if (!invoice) return 0n
  const openMinor = await askedOfOpen(deps.db, invoice, amountDue(invoice))
  return askedNow(deps, deps.db, { invoice, openMinor })
}
