import { sql } from '../../../../db/index.ts'
import { addDays, NotFound, type Instant, type IsoDate } from '../../../../kernel/index.ts'
import { monthOf, type LedgerMonthRow } from '../../../../billing/index.ts'
import { scoped } from '../../../../records/index.ts'
import { url } from '../../../../render/index.ts'
import { type Block, type DangerView, type PageView } from '../../blocks.ts'
import { filled, formParts, labeller, looseProblem, valueOf, type Asked, type Desk } from '../../desk.ts'
import { allowed } from '../clients.ts'
import { monthName } from '../words.ts'
import { crumbs } from './accounts.ts'
import { brandsOf, type BrandName } from './asked-days.ts'
import { deferralTable } from './deferrals.ts'

interface Month {
  id: string
  brand_id: string
  month: string
  starts_on: IsoDate
  ends_on: IsoDate
  status: LedgerMonthRow['status']
  closed_at: Instant
  last: number
}

/** What is closed, until when, and the form that closes the next month. */
export async function monthsPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, t, actor } = desk
  const brands = await brandsOf(desk)
  const months = await means.db.all<Month>(sql`
    select m.id, m.brand_id, m.month, m.starts_on, m.ends_on, m.status, m.closed_at,
      case when m.status = 'closed' and c.until_on = m.ends_on then 1 else 0 end as last
    from ledger_months m left join closed_books c on c.brand_id = m.brand_id
    where ${scoped(actor, { table: 'm', client: null })} order by m.month desc, m.id limit 240`)
  return {
    head: {
      title: t('books.months.title'),
      text: t('books.months.text'),
      crumbs: crumbs(desk, t('books.months.title')),
    },
    main: [
      ...(allowed(desk, 'ledger_month.close') ? [closeForm(desk, asked, brands, months)] : []),
      monthTable(desk, brands, months),
      await deferralTable(desk, brands),
    ],
  }
}

function closeForm(desk: Desk, asked: Asked, brands: readonly BrandName[], months: readonly Month[]): Block {
  const { t } = desk
  const brandId = valueOf(asked, 'brand_id', brands[0]?.id)
  const newest = months.find((row) => row.brand_id === brandId && row.status === 'closed')
  const next = newest ? monthOf(newest.ends_on) : monthOf(addDays(`${monthOf(desk.today)}-01` as IsoDate, -1))
  return {
    ...{
      kind: 'form',
      id: 'close-month',
      title: t('books.months.close'),
      text: t('books.months.close_text'),
    },
    ...{ action: '/admin/ledger/months', inline: true },
    fields: [
      {
        ...{ ...filled(asked, 'brand_id', brandId), kind: 'select', label: t('books.label.brand') },
        options: brands.map(({ id, name }) => ({ value: id, label: name })),
      },
      { ...filled(asked, 'month', next), label: t('books.label.month'), hint: t('books.months.month_hint') },
    ],
    submit: { label: t('books.months.close'), kind: 'primary', icon: 'lock' },
    ...formParts(desk, asked),
  }
}

function monthTable(desk: Desk, brands: readonly BrandName[], months: readonly Month[]): Block {
  const { t } = desk
  return {
    kind: 'table',
    id: 'ledger-months',
    title: t('books.months.title'),
    columns: [
      { label: t('books.label.month'), phone: 'title' },
      { label: t('books.label.brand') },
      { label: t('books.label.state'), phone: 'side' },
      { label: t('books.label.closed_at'), phone: 'line' },
      { label: t('books.label.act') },
    ],
    rows: months.map((row) => ({
      id: `month-${row.id}`,
      href: url('/admin/ledger/trial-balance', {
        ...{ from: row.starts_on, to: addDays(row.ends_on, -1), brand: row.brand_id },
      }),
      label: monthName(desk, row.month),
      cells: [
        monthName(desk, row.month),
        brands.find(({ id }) => id === row.brand_id)?.name ?? row.brand_id,
        {
          state: row.status,
          label: t(`books.months.${row.status}`),
          tone: row.status === 'closed' ? 'good' : 'warn',
        },
        { at: row.closed_at },
        row.last === 1 && allowed(desk, 'ledger_month.reopen')
          ? { href: `/admin/ledger/months/${row.id}/reopen`, text: t('books.months.reopen') }
          : null,
      ],
    })),
    empty: { icon: 'lock', title: t('books.months.none'), text: t('books.months.none_text') },
  }
}

/** Opening again changes figures that somebody may have handed over: it says so, and asks why. */
export async function reopenPage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { means, actor, t } = desk
  const id = asked.params.id!
  const row = await means.db.get<Month>(
    sql`select m.* from ledger_months m where m.id = ${id} and ${scoped(actor, { table: 'm', client: null })}`,
  )
  if (!row) throw NotFound({ what: 'month', id })
  const title = t('books.reopen.title', { month: row.month })
  const error = looseProblem(asked) ?? asked.refused?.fields.month
  return {
    ...{ title, action: `/admin/ledger/months/${id}/reopen`, label: t('books.reopen.label') },
    crumbs: [...crumbs(desk, title)],
    cancelHref: '/admin/ledger/months',
    acts: [
      { text: t('books.reopen.journals'), icon: 'lock-open' },
      { text: t('books.reopen.deferred'), icon: 'corner-up-left' },
      { text: t('books.reopen.audit'), icon: 'history' },
    ],
    reason: labeller(desk)('reason'),
    ...(error ? { error } : {}),
    keys: formParts(desk, asked).keys,
  }
}
