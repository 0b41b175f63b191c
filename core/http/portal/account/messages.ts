import type { Router } from '@koa/router'
import { all, sql, type Sql } from '../../../db/index.ts'
import { NotFound, type Instant } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import type { RouteCtx, State } from '../../context.ts'
import { keyset, listPage, listQuery, page, requireClient } from '../../page/index.ts'
import { accountTabs } from './tabs.ts'

export function messageRoutes(router: Router<State>): void {
  router.get('/portal/messages', listOwnMessages)
  router.get('/portal/messages/:messageId', showMessage)
}

interface Row {
  id: string
  subject: string
  to_address: string
  status: string
  plain: string
  sent_at: Instant | null
  created_at: Instant
}

/** CP-21: the mails of this client, as they were sent. Links that let into an account were never kept in them. */
async function listOwnMessages(ctx: RouteCtx): Promise<void> {
  const { deps, t } = ctx.state
  const query = listQuery(ctx, { sorts: { newest: 'm.id' }, sort: '-newest', id: 'm.id' })
  const { where, tail } = keyset(query)
  const own = ownMessages(ctx)
  const found = await deps.db.all<Row>(sql`
    select m.id, m.subject, m.to_address, m.status, m.sent_at, m.created_at from messages m where ${all([own, where])} ${tail}`)
  const counted = await deps.db.get<{ messages: number }>(
    sql`select count(*) as messages from messages m where ${own}`,
  )
  const placeOf = (row: Row) => ({ value: row.id, id: row.id })
  const { rows, pager } = listPage(query, found, { placeOf, count: counted?.messages ?? 0 })
  const view = {
    tabs: accountTabs(t, 'messages'),
    pager,
    rows: rows.map((row) => ({
      ...{ id: row.id, href: `/portal/messages/${row.id}`, subject: row.subject },
      ...{ to: row.to_address, at: row.sent_at ?? row.created_at },
    })),
  }
  await page(ctx, 'portal/account/messages', view, { title: t('portal.messages.title') })
}

async function showMessage(ctx: RouteCtx): Promise<void> {
  const { deps } = ctx.state
  const id = ctx.params.messageId!
  const row = await deps.db.get<Row>(
    sql`select m.* from messages m where m.id = ${id} and ${ownMessages(ctx)}`,
  )
  if (!row) throw NotFound({ what: 'message', id })
  const view = {
    subject: row.subject,
    to: row.to_address,
    at: row.sent_at ?? row.created_at,
    text: row.plain,
  }
  await page(ctx, 'portal/account/message', view, { title: row.subject })
}

function ownMessages(ctx: RouteCtx): Sql {
  const { actor, client } = requireClient(ctx)
  return all([
    sql`m.client_id = ${client.id} and m.status = 'sent'`,
    scoped(actor, { table: 'm', right: 'client.read' }),
  ])
}
