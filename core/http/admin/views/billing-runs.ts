import { sql } from '../../../db/index.ts'
import type { Instant, IsoDate } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import type { Block, PageView } from '../blocks.ts'
import { labeller, moneyText, type Desk } from '../desk.ts'
import { billingHead, billingTabs } from './billing-tabs.ts'

const SHOWN = 200

/** What the run did, and whom it set aside. */
export async function billingRunsPage(desk: Desk): Promise<PageView> {
  return {
    head: billingHead(desk, desk.t('admin.billing.runs_text')),
    ...billingTabs(desk, 'runs'),
    main: [...(await waiting(desk)), await parked(desk), await runs(desk)],
  }
}

/** Said apart from those that wait for a person. */
async function waiting(desk: Desk): Promise<Block[]> {
  const { t } = desk
  const row = await desk.means.db.get<{ clients: number }>(sql`
    select count(*) as clients from parked_clients p join clients c on c.id = p.client_id
    where p.postponed = 1 and ${scoped(desk.actor, { table: 'c', client: 'id' })}`)
  const count = row?.clients ?? 0
  if (count === 0) return []
  return [
    { kind: 'notice', id: 'billing-postponed', tone: 'warn', text: t('admin.billing.postponed', { count }) },
  ]
}

async function parked(desk: Desk): Promise<Block> {
  const { t } = desk
  const l = labeller(desk)
  const rows = await desk.means.db.all<{
    client_id: string
    client_name: string
    reason: string
    attempts: number
    postponed: number
    parked_at: Instant
  }>(sql`
    select p.*, coalesce(c.company, c.name) as client_name from parked_clients p join clients c on c.id = p.client_id
    where ${scoped(desk.actor, { table: 'c', client: 'id' })} order by p.parked_at limit ${SHOWN}`)
  return {
    kind: 'table',
    id: 'billing-parked',
    title: t('admin.billing.parked'),
    columns: [
      { label: l('client'), phone: 'title' },
      { label: l('reason') },
      { label: l('until_on') },
      { label: l('attempts'), align: 'end', phone: 'hide' },
      { label: l('at'), phone: 'hide' },
    ],
    rows: rows.map((row) => ({
      id: `parked-${row.client_id}`,
      href: `/admin/clients/${row.client_id}`,
      label: row.client_name,
      cells: [
        row.client_name,
        row.reason,
        t(row.postponed === 1 ? 'admin.billing.until_next_run' : 'admin.billing.until_released'),
        row.attempts,
        { at: row.parked_at },
      ],
      menu: [
        {
          label: t('admin.billing.unpark'),
          href: `/admin/billing/parked/${row.client_id}/release`,
          icon: 'refresh',
          post: true,
        },
      ],
    })),
    empty: { icon: 'circle-check', title: t('admin.billing.none_parked') },
  }
}

interface Run {
  id: string
  kind: string
  as_of_on: IsoDate
  status: string
  counts: string
  started_at: Instant
  ended_at: Instant | null
}

const RUN_TONES = { running: 'busy', completed: 'good', completed_with_exceptions: 'warn' } as const

async function runs(desk: Desk): Promise<Block> {
  const { t } = desk
  const l = labeller(desk)
  const rows = await desk.means.db.all<Run>(sql`select * from billing_runs order by id desc limit 20`)
  return {
    kind: 'table',
    id: 'billing-runs',
    title: t('admin.billing.runs'),
    columns: [
      { label: l('day'), phone: 'title' },
      { label: l('state'), phone: 'side' },
      { label: l('invoices'), align: 'end' },
      { label: l('total'), align: 'end' },
      { label: l('parked'), align: 'end', phone: 'hide' },
      { label: l('started_at'), phone: 'hide' },
      { label: l('ended_at'), phone: 'hide' },
    ],
    rows: rows.map((row) => {
      const counts = JSON.parse(row.counts) as {
        invoices: number
        parked: number
        totals: Record<string, string>
      }
      const sums = Object.entries(counts.totals).map(([currency, minor]) =>
        moneyText(desk, BigInt(minor), currency),
      )
      return {
        id: `row-${row.id}`,
        label: row.as_of_on,
        cells: [
          { day: row.as_of_on },
          {
            state: row.status,
            label: t(`admin.run.${row.status}`),
            tone: RUN_TONES[row.status as keyof typeof RUN_TONES] ?? 'neutral',
          },
          counts.invoices,
          sums.join(' · '),
          counts.parked,
          { at: row.started_at },
          { at: row.ended_at },
        ],
      }
    }),
    empty: { icon: 'refresh', title: t('admin.billing.no_runs') },
  }
}
