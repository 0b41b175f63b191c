import { creditBalance } from '../../../../billing/index.ts'
import { sql } from '../../../../db/index.ts'
import { scoped, findRow } from '../../../../records/index.ts'
import type { DiscrepancyRow } from '../../../../reports/index.ts'
import { inMoney, type Cell, type DangerView, type PageView } from '../../blocks.ts'
import { clientLink, labeller, moneyText, type Asked, type Desk } from '../../desk.ts'
import { readList } from '../../read-list.ts'
import { allowed } from '../clients.ts'
import { dangerParts } from '../invoice-forms.ts'
import { placeOfId } from '../search.ts'

type Listed = DiscrepancyRow & { client: string | null }

/** What should agree and does not, each with the one act that repairs it. */
export async function reconcilerPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, t, actor } = desk
  const closed = asked.query.status === 'closed'
  const state = closed ? sql`d.status <> 'open'` : sql`d.status = 'open'`
  const listing = {
    columns: sql`d.*, coalesce(c.company, c.name) as client`,
    from: sql`from discrepancies d left join clients c on c.id = d.client_id`,
    counted: sql`from discrepancies d`,
    where: [scoped(actor, { table: 'd', client: null }), state],
    key: sql`d.id`,
  }
  const { rows, pager } = await readList<Listed>(means.db, listing, asked)
  const look = allowed(desk, 'discrepancy.look')
    ? [{ label: t('books.reconciler.look'), post: '/admin/reconciler/look', icon: 'refresh' }]
    : []
  return {
    head: { title: t('books.reconciler.title'), text: t('books.reconciler.text'), actions: look },
    main: [
      {
        kind: 'list',
        id: 'discrepancies',
        label: t('books.reconciler.title'),
        tabs: [
          { label: t('books.reconciler.open'), href: '/admin/reconciler', active: !closed },
          { label: t('books.reconciler.closed'), href: '/admin/reconciler?status=closed', active: closed },
        ],
        columns: [
          { label: t('books.label.what'), phone: 'title' },
          { label: t('books.label.found') },
          { label: t('books.label.client') },
          { label: t('books.label.amount'), align: 'end', phone: 'side' },
          { label: t('books.label.since'), phone: 'line' },
          { label: t('books.label.repair') },
        ],
        rows: rows.map((row) => ({
          id: `discrepancy-${row.id}`,
          label: t(`books.found.${row.kind}.title`),
          cells: [
            t(`books.found.${row.kind}.title`),
            { cells: [subjectCell(row), t(`books.found.${row.kind}.text`, detailOf(desk, row))] },
            clientLink(row.client_id, row.client),
            row.amount_minor === null ? null : inMoney(row.amount_minor, row.currency!),
            { at: row.found_at },
            repairCell(desk, row),
          ],
        })),
        pager,
        empty: {
          icon: 'circle-check',
          title: t('books.reconciler.none'),
          text: t('books.reconciler.none_text'),
        },
      },
    ],
  }
}

function subjectCell(row: DiscrepancyRow): Cell {
  const href = placeOfId(row.subject_id)
  return href ? { href, text: nameOf(row) } : nameOf(row)
}

function nameOf(row: DiscrepancyRow): string {
  const { number, name, gateway } = JSON.parse(row.detail) as Record<string, string>
  return number ?? name ?? gateway ?? row.subject_id
}

function repairCell(desk: Desk, row: DiscrepancyRow): Cell {
  if (row.status !== 'open')
    return { state: row.status, label: desk.t(`books.reconciler.state.${row.status}`) }
  return {
    cells: [
      ...(allowed(desk, 'discrepancy.repair')
        ? [{ href: `/admin/reconciler/${row.id}/repair`, text: desk.t(`books.found.${row.kind}.act`) }]
        : []),
      ...(allowed(desk, 'discrepancy.dismiss')
        ? [{ href: `/admin/reconciler/${row.id}/dismiss`, text: desk.t('books.reconciler.dismiss') }]
        : []),
    ],
  }
}

/** The words of a kind with what they name; sums as people read them. */
function detailOf(desk: Desk, row: DiscrepancyRow): Record<string, string> {
  const { open, state, ...detail } = JSON.parse(row.detail) as Record<string, string>
  const money = (minor: bigint) => (row.currency ? moneyText(desk, minor, row.currency) : '')
  return {
    ...{ name: '', number: '', day: '', reference: '', gateway: '', what: '', state: '' },
    ...detail,
    state: state === undefined ? '' : desk.t(`common.state.${state}`),
    open: open === undefined ? '' : money(BigInt(open)),
    sum: row.amount_minor === null ? '' : money(row.amount_minor),
  }
}

async function rowOf(desk: Desk, asked: Asked): Promise<DiscrepancyRow> {
  const wanted = {
    table: 'discrepancies',
    what: 'discrepancy',
    id: asked.params.id!,
    scope: { client: null },
  }
  return findRow<DiscrepancyRow>(desk.means.db, desk.actor, wanted)
}

const crumbs = (desk: Desk, last: string) => [
  { label: desk.t('books.reconciler.title'), href: '/admin/reconciler' },
  { label: last },
]

/** Says what the repair moves before it is made. */
export async function repairPage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { means, t } = desk
  const row = await rowOf(desk, asked)
  const title = t(`books.found.${row.kind}.act`)
  const detail = detailOf(desk, row)
  const credit =
    row.kind === 'charged_twice' || row.kind === 'overpaid'
      ? await creditBalance(means.db, row.client_id!, row.currency!)
      : null
  return {
    ...{ title, text: t(`books.found.${row.kind}.text`, detail), crumbs: crumbs(desk, title) },
    ...{ action: `/admin/reconciler/${row.id}/repair`, label: title, cancelHref: '/admin/reconciler' },
    acts: [
      { text: t(`books.found.${row.kind}.effect`, detail), icon: 'report-money' },
      ...(credit === null
        ? []
        : [
            {
              text: t('books.reconciler.credit', {
                before: moneyText(desk, credit, row.currency!),
                after: moneyText(desk, credit - row.amount_minor!, row.currency!),
              }),
              icon: 'wallet',
            },
          ]),
      { text: t('books.reconciler.once'), icon: 'check' },
    ],
    reason: false,
    ...dangerParts(desk, asked),
  }
}

export async function dismissPage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { t } = desk
  const row = await rowOf(desk, asked)
  const title = t('books.reconciler.dismiss')
  return {
    ...{ title, text: t(`books.found.${row.kind}.text`, detailOf(desk, row)), crumbs: crumbs(desk, title) },
    ...{ action: `/admin/reconciler/${row.id}/dismiss`, label: title, cancelHref: '/admin/reconciler' },
    acts: [{ text: t('books.reconciler.dismissed'), icon: 'eye-off' }],
    reason: labeller(desk)('reason'),
    ...dangerParts(desk, asked),
  }
}
