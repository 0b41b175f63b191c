import type { Router } from '@koa/router'
import { money } from '../../../../sdk/index.ts'
import { all, sql } from '../../../db/index.ts'
import type { Translate } from '../../../i18n/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import type { RouteCtx, State } from '../../context.ts'
import { keyset, listPage, listQuery, methodName, page, requireClient } from '../../page/index.ts'
import { invoiceTabs } from '../invoices/tabs.ts'

interface Row {
  id: string
  kind: string
  status: string
  currency: string
  amount_minor: bigint
  received_minor: bigint
  reference: string | null
  decline_message: string | null
  created_at: Instant
  invoice_id: string | null
  number: string | null
  instance_name: string | null
  method_label: string | null
  method_kind: string | null
  last4: string | null
  refunded_minor: bigint
  /** For how many it is, when it is for several. */
  documents: number
}

function whatOf(t: Translate, row: Row): string {
  if (row.number) return t('portal.invoices.one', { number: row.number })
  return row.documents > 0
    ? t('documents.many.several', { count: row.documents })
    : t('portal.transactions.deposit')
}

export function transactionRoutes(router: Router<State>): void {
  router.get('/portal/transactions', showTransactions)
}

/** CP-13: every attempt to pay, what became of it, and what was sent back. */
async function showTransactions(ctx: RouteCtx): Promise<void> {
  const { actor, client } = requireClient(ctx)
  const { deps, t } = ctx.state
  const query = listQuery(ctx, { sorts: { newest: 'p.id' }, sort: '-newest', id: 'p.id' })
  const { where, tail } = keyset(query)
  const own = [sql`p.client_id = ${client.id}`, scoped(actor, { table: 'p', right: 'payment.read' })]
  const found = await deps.db.all<Row>(sql`
    select p.id, p.kind, p.status, p.currency, p.amount_minor, p.received_minor, p.reference, p.decline_message, p.created_at,
      p.invoice_id, i.number, (select count(*) from payment_documents d where d.payment_id = p.id) as documents, g.name as instance_name, m.label as method_label, m.kind as method_kind, m.last4,
      (select coalesce(sum(r.amount_minor), 0) from refunds r where r.payment_id = p.id and r.status = 'succeeded') as refunded_minor
    from payments p left join invoices i on i.id = p.invoice_id left join plugin_instances g on g.id = p.instance_id
    left join payment_methods m on m.id = p.method_id where ${all([...own, where])} ${tail}`)
  const counted = await deps.db.get<{ payments: number }>(
    sql`select count(*) as payments from payments p where ${all(own)}`,
  )
  const placeOf = (row: Row) => ({ value: row.id, id: row.id })
  const { rows, pager } = listPage(query, found, { placeOf, count: counted?.payments ?? 0 })
  const view = {
    tabs: invoiceTabs(t, 'transactions'),
    pager,
    rows: rows.map((row) => ({
      ...{ id: row.id, at: row.created_at, state: row.status, reference: row.reference },
      what: whatOf(t, row),
      href: row.invoice_id ? `/portal/invoices/${row.invoice_id}` : null,
      method: methodName(t, row) ?? row.instance_name ?? t('portal.transactions.by_hand'),
      amount: money(row.status === 'succeeded' ? row.received_minor : row.amount_minor, row.currency),
      refunded: row.refunded_minor > 0n ? money(row.refunded_minor, row.currency) : null,
      declined: row.decline_message,
    })),
  }
  await page(ctx, 'portal/transactions', view, { title: t('portal.transactions.title') })
}
