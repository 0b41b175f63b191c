import { readPreview, type Preview } from '../../../billing/index.ts'
import { list, sql } from '../../../db/index.ts'
import type { Instant, IsoDate } from '../../../kernel/index.ts'
import { inMoney, type Block, type PageView } from '../blocks.ts'
import { clientLink, labeller, moneyText, type Asked, type Desk } from '../desk.ts'

const DAYS = 14
const SHOWN = 200

/** What the run would do in the next days, what it did, and whom it set aside. */
export async function billingPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const days = daysOf(asked.query.days)
  const preview = await readPreview(means.billing, { days }, desk.actor)
  const l = labeller(desk)
  return {
    head: {
      title: t('admin.billing.title'),
      text: t('admin.billing.text', { days }),
      actions: [
        {
          label: t('admin.billing.run_now'),
          post: '/admin/billing/run',
          kind: 'primary',
          icon: 'player-play',
        },
      ],
    },
    main: [
      {
        kind: 'form',
        id: 'billing-days',
        method: 'get',
        action: '/admin/billing',
        inline: true,
        keys: {},
        fields: [{ kind: 'number', name: 'days', label: l('days'), value: String(days), min: 1, max: 400 }],
        submit: { label: t('admin.billing.look'), kind: 'secondary' },
      },
      figures(desk, preview),
      invoices(desk, preview),
      charges(desk, preview),
      ...(preview.lateFees.length === 0 ? [] : [lateFees(desk, preview)]),
      await suspensions(desk, preview),
      await parked(desk),
      await runs(desk),
    ],
  }
}

function daysOf(text: string | undefined): number {
  const days = Number(text ?? DAYS)
  return Number.isInteger(days) && days >= 1 && days <= 400 ? days : DAYS
}

function figures(desk: Desk, preview: Preview): Block {
  const { t } = desk
  const sums = totals(preview.invoices)
  const text = sums.map(([currency, minor]) => moneyText(desk, minor, currency)).join(' · ') || '–'
  return {
    kind: 'stats',
    id: 'billing-figures',
    items: [
      {
        label: t('admin.billing.invoices'),
        value: preview.invoices.length,
        note: text,
        icon: 'file-invoice',
      },
      { label: t('admin.billing.charges'), value: preview.charges.length, icon: 'credit-card' },
      { label: t('admin.billing.suspensions'), value: preview.suspensions.length, icon: 'player-pause' },
      { label: t('admin.billing.problems'), value: preview.problems.length, icon: 'alert-triangle' },
    ],
  }
}

function totals(rows: readonly { currency: string; totalMinor: bigint }[]): [string, bigint][] {
  const sums = new Map<string, bigint>()
  for (const row of rows) sums.set(row.currency, (sums.get(row.currency) ?? 0n) + row.totalMinor)
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1))
}

const invoices = (desk: Desk, preview: Preview): Block =>
  planned(desk, {
    id: 'billing-invoices',
    row: 'planned',
    rows: preview.invoices,
    title: desk.t('admin.billing.invoices'),
  })

const lateFees = (desk: Desk, preview: Preview): Block =>
  planned(desk, {
    id: 'billing-late-fees',
    row: 'late-fee',
    rows: preview.lateFees,
    title: desk.t('admin.billing.late_fees'),
  })

function planned(
  desk: Desk,
  of: { id: string; row: string; title: string; rows: Preview['invoices'] },
): Block {
  const l = labeller(desk)
  return {
    kind: 'table',
    id: of.id,
    title: of.title,
    columns: [
      { label: l('client'), phone: 'title' },
      { label: l('issued_on') },
      { label: l('due_on') },
      { label: l('lines'), phone: 'hide' },
      { label: l('total'), align: 'end', phone: 'side' },
    ],
    rows: of.rows.slice(0, SHOWN).map((row, i) => ({
      id: `${of.row}-${i}`,
      href: `/admin/clients/${row.clientId}`,
      label: row.clientName,
      cells: [
        row.clientName,
        { day: row.issuesOn },
        { day: row.dueOn },
        row.lines.map((line) => line.description).join(' · '),
        inMoney(row.totalMinor, row.currency),
      ],
    })),
    empty: { icon: 'file-invoice', title: desk.t('admin.billing.no_invoices') },
  }
}

function charges(desk: Desk, preview: Preview): Block {
  const l = labeller(desk)
  return {
    kind: 'table',
    id: 'billing-charges',
    title: desk.t('admin.billing.charges'),
    columns: [
      { label: l('number'), phone: 'title' },
      { label: l('client') },
      { label: l('due_on') },
      { label: l('total'), align: 'end', phone: 'side' },
    ],
    rows: preview.charges.slice(0, SHOWN).map((row) => ({
      id: `charge-${row.id}`,
      href: `/admin/invoices/${row.id}`,
      label: row.number,
      cells: [row.number, row.clientName, { day: row.dueOn }, inMoney(row.totalMinor, row.currency)],
    })),
    empty: { icon: 'credit-card', title: desk.t('admin.billing.no_charges') },
  }
}

async function suspensions(desk: Desk, preview: Preview): Promise<Block> {
  const l = labeller(desk)
  const rows = await desk.means.db.all<{
    id: string
    label: string
    client_id: string
    client_name: string
  }>(sql`
    select s.id, s.label, s.client_id, coalesce(c.company, c.name) as client_name from services s
    join clients c on c.id = s.client_id where s.id in (${list(preview.suspensions.slice(0, SHOWN))}) order by s.id`)
  return {
    kind: 'table',
    id: 'billing-suspensions',
    title: desk.t('admin.billing.suspensions'),
    columns: [{ label: l('service'), phone: 'title' }, { label: l('client') }],
    rows: rows.map((row) => ({
      id: `suspend-${row.id}`,
      href: `/admin/services/${row.id}`,
      label: row.label,
      cells: [row.label, clientLink(row.client_id, row.client_name)],
    })),
    empty: { icon: 'circle-check', title: desk.t('admin.billing.no_suspensions') },
  }
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
    order by p.parked_at limit ${SHOWN}`)
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
