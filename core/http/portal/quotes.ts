import type { Router } from '@koa/router'
import { money } from '../../../sdk/index.ts'
import type { QuoteRow } from '../../orders/index.ts'
import { all, sql } from '../../db/index.ts'
import { declareRead, scoped } from '../../records/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { keyset, listPage, listQuery, page, requireClient } from '../page/index.ts'

declareRead('quote.read', ['client'])

export function quoteListRoutes(router: Router<State>): void {
  router.get('/portal/quotes', listOwnQuotes)
}

/** What was offered to the client; drafts are ours alone until they are sent. */
async function listOwnQuotes(ctx: RouteCtx): Promise<void> {
  const { actor, client } = requireClient(ctx)
  const { deps, t } = ctx.state
  const query = listQuery(ctx, { sorts: { newest: 'q.id' }, sort: '-newest', id: 'q.id' })
  const { where, tail } = keyset(query)
  const own = [
    sql`q.client_id = ${client.id}`,
    sql`q.number is not null`,
    scoped(actor, { table: 'q', right: 'quote.read' }),
  ]
  const found = await deps.db.all<QuoteRow>(
    sql`select q.* from quotes q where ${all([...own, where])} ${tail}`,
  )
  const counted = await deps.db.get<{ entries: number }>(
    sql`select count(*) as entries from quotes q where ${all(own)}`,
  )
  const placeOf = (row: QuoteRow) => ({ value: row.id, id: row.id })
  const { rows, pager } = listPage(query, found, { placeOf, count: counted?.entries ?? 0 })
  const shown = rows.map((row) => {
    const state = row.status === 'draft' ? 'revised' : row.status
    return {
      ...{ id: row.id, href: `/quotes/${row.id}`, number: row.number, title: row.title, state },
      ...{ label: t(`offers.quote.status.${state}`), expiresOn: row.expires_on },
      total: money(row.total_minor, row.currency),
    }
  })
  await page(ctx, 'portal/orders/quotes', { rows: shown, pager }, { title: t('offers.quote.title') })
}
