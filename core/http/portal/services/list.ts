import { all, sql, type Sql } from '../../../db/index.ts'
import { scoped } from '../../../records/index.ts'
import type { RouteCtx } from '../../context.ts'
import { keyset, listPage, listQuery, page, requireClient, searchPatterns } from '../../page/index.ts'
import { readServiceRows, serviceRowView } from './service-row.ts'

const SHOWS = ['current', 'ended'] as const

/** CP-02. */
export async function listServices(ctx: RouteCtx): Promise<void> {
  const { t } = ctx.state
  const query = listQuery(ctx, {
    sorts: { label: 's.label', newest: 's.id' },
    sort: '-newest',
    id: 's.id',
    filters: { show: SHOWS },
  })
  const counts = await countServices(ctx)
  const show = query.filters.show === 'ended' ? 'ended' : 'current'
  const { where, tail } = keyset(query)
  const conditions: Sql[] = [
    where,
    show === 'ended' ? sql`s.billing_status = 'ended'` : sql`s.billing_status <> 'ended'`,
  ]
  for (const pattern of searchPatterns(query.q))
    conditions.push(
      sql`(lower(s.label) like ${pattern} escape '!' or lower(p.name) like ${pattern} escape '!')`,
    )
  const found = await readServiceRows(ctx, { where: all(conditions), tail })
  const placeOf = (row: (typeof found)[number]) => ({
    value: query.sort.name === 'label' ? row.label : row.id,
    id: row.id,
  })
  const { rows, pager } = listPage(query, found, { placeOf, count: query.q ? found.length : counts[show] })
  const tab = (key: 'current' | 'ended') => ({
    label: t(`portal.services.tabs.${key}`),
    href: `/portal/services?show=${key}`,
    active: key === show,
    count: counts[key],
  })
  const view = {
    tabs: [tab('current'), tab('ended')],
    rows: rows.map((row) => serviceRowView(t, row)),
    sorts: { label: query.sortLink('label') },
    pager,
    show,
    search: { action: '/portal/services', value: query.q, keep: [['show', show]] },
  }
  await page(ctx, 'portal/services/index', view, { title: t('portal.services.title') })
}

async function countServices(ctx: RouteCtx): Promise<{ current: number; ended: number }> {
  const { actor, client } = requireClient(ctx)
  const row = await ctx.state.deps.db.get<{ services: number; ended: number | null }>(sql`
    select count(*) as services, sum(case when s.billing_status = 'ended' then 1 else 0 end) as ended from services s
    where s.client_id = ${client.id} and ${scoped(actor, { table: 's', service: 'id', right: 'service.list' })}`)
  const ended = Number(row?.ended ?? 0)
  return { current: (row?.services ?? 0) - ended, ended }
}
