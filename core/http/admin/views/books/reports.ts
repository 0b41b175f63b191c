import { formatRate } from '../../../../i18n/index.ts'
import { NotFound } from '../../../../kernel/index.ts'
import {
  allReports,
  DOCUMENTS_SHOWN,
  findReport,
  listPluginReports,
  type Place,
  type PluginReport,
  type Report,
  type ReportQuery,
  type ReportRow,
} from '../../../../reports/index.ts'
import { url } from '../../../../render/index.ts'
import { inMoney, type Block, type Cell, type PageView } from '../../blocks.ts'
import { clientLink, type Asked, type Desk } from '../../desk.ts'
import { placeOfId } from '../search.ts'
import { countryName, cycleName, monthName } from '../words.ts'
import { failure } from './report-failure.ts'
import { brandsOf, daysOfAddress, filterForm, wantedOf, type Wanted } from './asked-days.ts'

/** All reports, with what each says. */
export async function reportsPage(desk: Desk, _asked: Asked): Promise<PageView> {
  const { means, t, locale, actor } = desk
  const { reports, failures } = await listPluginReports(means, locale, actor)
  return {
    head: { title: t('books.reports.title'), text: t('books.reports.text') },
    main: [
      {
        kind: 'table',
        id: 'reports',
        title: t('books.reports.title'),
        columns: [{ label: t('books.label.report'), phone: 'title' }, { label: t('books.label.says') }],
        rows: allReports.map(({ key }) => ({
          id: `report-${key}`,
          href: `/admin/reports/${key}`,
          label: t(`books.report.${key}.title`),
          cells: [t(`books.report.${key}.title`), t(`books.report.${key}.text`)],
        })),
        empty: { title: '' },
      },
      ...(reports.length === 0 ? [] : [pluginReports(desk, reports)]),
      ...failures.map((error, at) => failure(desk, error, `report-failed-${at}`)),
    ],
  }
}

const pluginReports = ({ t }: Desk, reports: readonly PluginReport[]): Block => ({
  kind: 'table',
  id: 'plugin-reports',
  title: t('books.reports.by_plugin'),
  columns: [
    { label: t('books.label.report'), phone: 'title' },
    { label: t('books.label.says') },
    { label: t('books.label.plugin') },
  ],
  rows: reports.map(({ instance, plugin, key, title, says }) => ({
    id: `report-${instance}-${key}`,
    href: `/admin/reports/plugins/${instance}/${key}`,
    label: title,
    cells: [title, says, plugin],
  })),
  empty: { title: '' },
})

export function reportOf({ params }: Asked): Report {
  const report = findReport(params.report!)
  if (!report) throw NotFound({ what: 'report', id: params.report! })
  return report
}

export const queryOf = (desk: Desk, wanted: Wanted): ReportQuery => ({
  ...{ actor: desk.actor, zone: desk.zone, from: wanted.from, until: wanted.until, brandId: wanted.brandId },
})

/** One report: a table a currency, every row a link to the documents behind it. */
export async function reportPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, t } = desk
  const report = reportOf(asked)
  const wanted = wantedOf(desk, asked)
  const brands = await brandsOf(desk)
  const rows = await report.rows(means.db, queryOf(desk, wanted))
  const currencies = [...new Set(rows.map((row) => row.currency))].sort()
  const at = `/admin/reports/${report.key}`
  const title = t(`books.report.${report.key}.title`)
  return {
    head: {
      title,
      text: t(`books.report.${report.key}.text`),
      crumbs: [{ label: t('books.reports.title'), href: '/admin/reports' }, { label: title }],
      actions: [
        {
          ...{ label: t('books.csv'), icon: 'download', plain: true },
          href: url(`${at}.csv`, daysOfAddress(wanted)),
        },
      ],
    },
    main: [
      filterForm(desk, wanted, { id: 'report-filter', action: at, oneDay: report.oneDay === true, brands }),
      ...currencies.map((currency) =>
        table(desk, { report, wanted, currency, rows: rows.filter((row) => row.currency === currency) }),
      ),
      ...(currencies.length === 0
        ? [{ kind: 'notice', id: 'report-none', tone: 'neutral', text: t('books.reports.none') } as const]
        : []),
    ],
  }
}

interface OneTable {
  report: Report
  wanted: Wanted
  currency: string
  rows: readonly ReportRow[]
}

function table(desk: Desk, { report, wanted, currency, rows }: OneTable): Block {
  const { t } = desk
  const headline = report.headline ?? report.figures.at(-1)!.key
  const all = documentsAt(report, wanted, { currency, groups: {} })
  const sum = (key: string): Cell =>
    !report.balances?.includes(key)
      ? inMoney(
          rows.reduce((total, row) => total + row.figures[key]!, 0n),
          currency,
          all,
        )
      : ''
  return {
    kind: 'table',
    id: `report-${currency}`,
    title: currency,
    columns: [
      ...report.groups.map(({ key }, i) => ({
        ...{ label: t(`books.group.${key}`), phone: i === 0 ? ('title' as const) : ('line' as const) },
      })),
      ...report.figures.map(({ key }) => ({
        ...{ label: t(`books.figure.${key}`), align: 'end' as const },
        phone: key === headline ? ('side' as const) : ('line' as const),
      })),
      { label: t(`books.label.${behind(report)}`), align: 'end' },
    ],
    rows: rows.map((row, i) => ({
      id: `report-${currency}-${i}`,
      href: documentsAt(report, wanted, row),
      label: report.groups.map(({ key }) => row.groups[key]).join(' '),
      cells: [
        ...report.groups.map(({ key }) => groupCell(desk, report, key, row.groups[key]!)),
        ...report.figures.map(({ key }) => inMoney(row.figures[key]!, currency)),
        row.documents,
      ],
    })),
    ...(report.figures.every(({ key }) => report.balances?.includes(key))
      ? {}
      : {
          foot: [
            t('books.sum'),
            ...report.groups.slice(1).map(() => ''),
            ...report.figures.map(({ key }) => sum(key)),
            '',
          ],
        }),
    empty: { title: t('books.reports.none') },
  }
}

function documentsAt(report: Report, wanted: Wanted, row: Place): string {
  const groups = Object.fromEntries(Object.entries(row.groups).map(([key, value]) => [`of_${key}`, value]))
  return `/admin/reports/${report.key}/documents?${new URLSearchParams({
    ...Object.fromEntries(
      Object.entries(daysOfAddress(wanted)).flatMap(([key, value]) => (value ? [[key, value]] : [])),
    ),
    ...{ ...groups, currency: row.currency },
  }).toString()}`
}

/** Words of ours are said in the reader's language; what is empty is said to be. */
export function groupCell(desk: Desk, report: Report, key: string, value: string): string {
  const { means, t, locale } = desk
  const kind = report.groups.find((group) => group.key === key)?.kind
  if (kind === 'rate') return formatRate(Number(value), locale)
  if (value === '') return t(`books.without.${key}`)
  if (key === 'country') return countryName(desk, value) ?? value
  if (key === 'month') return monthName(desk, value)
  if (key === 'cycle') return cycleName(desk, value)
  const word = `books.word.${value}`
  return kind === 'word' && means.messages.has(word) ? t(word) : value
}

const behind = ({ ofServices }: Report) => (ofServices ? 'services' : 'documents')

/** The documents behind one row: their figures add up to it. */
export async function documentsPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, t } = desk
  const report = reportOf(asked)
  const wanted = wantedOf(desk, asked)
  const place: Place = {
    currency: wanted.currency ?? '',
    groups: Object.fromEntries(
      report.groups.flatMap(({ key }) => {
        const value = asked.query[`of_${key}`]
        return value === undefined ? [] : [[key, value]]
      }),
    ),
  }
  const { after } = asked.query
  const found = await report.documents(means.db, queryOf(desk, wanted), { place, after })
  const shown = found.slice(0, DOCUMENTS_SHOWN)
  const title = t(`books.report.${report.key}.title`)
  const back = url(`/admin/reports/${report.key}`, { ...daysOfAddress(wanted), currency: null })
  return {
    head: {
      title: placeName(desk, report, place),
      crumbs: [
        { label: t('books.reports.title'), href: '/admin/reports' },
        { label: title, href: back },
        { label: t(`books.reports.${behind(report)}`) },
      ],
    },
    main: [
      {
        kind: 'list',
        id: 'report-documents',
        label: t(`books.reports.${behind(report)}`),
        columns: [
          { label: t(report.ofServices ? 'books.label.service' : 'books.label.document'), phone: 'title' },
          { label: t('books.label.client') },
          ...report.figures.map(({ key }) => ({ label: t(`books.figure.${key}`), align: 'end' as const })),
        ],
        rows: shown.map((row) => ({
          id: `document-${row.id}`,
          href: pageOf(row.id),
          label: row.title,
          cells: [
            row.title,
            clientLink(row.client_id, row.client),
            ...report.figures.map(({ key }) => inMoney(row.figures[key]!, place.currency)),
          ],
        })),
        pager: {
          ...{ count: shown.length, countIsLower: found.length > shown.length },
          ...(found.length > shown.length ? { nextHref: url(asked.url, { after: shown.at(-1)!.id }) } : {}),
        },
        empty: { title: t('books.reports.none') },
      },
    ],
  }
}

/** The row that was opened in words; of the sum of a report its currency. */
function placeName(desk: Desk, report: Report, { currency, groups }: Place): string {
  const words = report.groups.flatMap(({ key }) => {
    const value = groups[key]
    return value === undefined ? [] : [groupCell(desk, report, key, value)]
  })
  return words.join(' · ') || desk.t('books.reports.all_in', { currency })
}

/** What has no page of its own opens the journals that it caused. */
const pageOf = (id: string): string =>
  placeOfId(id) ?? (id.startsWith('trx_') ? `/admin/transactions?q=${id}` : `/admin/ledger/journals?q=${id}`)
