import { formatNumber } from '../../../../i18n/index.ts'
import { checkForm } from '../../../../records/index.ts'
import {
  findPluginReport,
  runPluginReport,
  type PluginCell,
  type PluginReport,
  type PluginTable,
} from '../../../../reports/index.ts'
import { schemaFields, type FormSchema } from '../../../../render/index.ts'
import { faultOf } from '../../../fault.ts'
import { reasonText } from '../../../page/index.ts'
import { plainForm } from '../../../plugin-places/block-views.ts'
import type { Block, Cell, PageView } from '../../blocks.ts'
import type { Asked, Desk } from '../../desk.ts'
import { schemaValues } from '../../schema-values.ts'
import { brandsOf, filterForm, wantedOf } from './asked-days.ts'
import { failure } from './report-failure.ts'
import { queryOf } from './reports.ts'

/** A page shows so many rows; the file has all of them. */
const ROWS_SHOWN = 500

/** A report of a plugin: its days and its own questions, then the table, or why there is none. */
export async function pluginReportPage(desk: Desk, asked: Asked): Promise<PageView> {
  try {
    return await drawn(desk, asked, await reportOf(desk, asked))
  } catch (error) {
    const { bug, status } = faultOf(error)
    if (bug || status < 500) throw error
    const title = desk.t('books.reports.title')
    const crumbs = [{ label: title, href: '/admin/reports' }]
    return { head: { title, crumbs }, main: [failure(desk, error)], status }
  }
}

function reportOf({ means, actor, locale }: Desk, { params }: Asked): Promise<PluginReport> {
  const { instance, report: key } = params as { instance: string; report: string }
  return findPluginReport(means, { instance, key, locale }, actor)
}

async function drawn(desk: Desk, asked: Asked, report: PluginReport): Promise<PageView> {
  const { t } = desk
  const form = plainForm(report.form ?? {})
  const wanted = wantedOf(desk, asked)
  const told = isAsked(asked, form) ? await tellOf(desk, asked, report, form) : null
  const at = `/admin/reports/plugins/${report.instance}/${report.key}`
  const brands = (await brandsOf(desk)).filter(({ id }) => report.brand === null || report.brand === id)
  const fields = schemaFields({
    ...{ schema: form, prefix: PREFIX, values: valuesOf(asked) },
    ...(told && 'failed' in told ? { errors: reasonsOf(desk, told.failed) } : {}),
  })
  const file = asked.url.replace(at, `${at}.csv`)
  return {
    head: {
      ...{ title: report.title, text: report.says },
      crumbs: [{ label: t('books.reports.title'), href: '/admin/reports' }, { label: report.title }],
      actions:
        told && 'table' in told ? [{ label: t('books.csv'), icon: 'download', plain: true, href: file }] : [],
    },
    main: [
      filterForm(desk, wanted, { id: 'report-filter', action: at, brands, more: fields }),
      ...(told === null
        ? []
        : 'table' in told
          ? tableBlocks(desk, told.table)
          : [failure(desk, told.failed)]),
    ],
    status: told && 'failed' in told ? faultOf(told.failed).status : 200,
  }
}

/** The table of the same address, for a file; throws what the page says. */
export async function pluginTableOf(desk: Desk, asked: Asked): Promise<PluginTable> {
  const report = await reportOf(desk, asked)
  return runOf(desk, asked, report, plainForm(report.form ?? {}))
}

const PREFIX = 'values'

/** A report with questions waits for the answers; "from" goes along as soon as the form was sent. */
const isAsked = ({ query }: Asked, { properties }: FormSchema): boolean =>
  Object.keys(properties).length === 0 || query.from !== undefined

type Told = { table: PluginTable } | { failed: unknown }

async function tellOf(...run: Parameters<typeof runOf>): Promise<Told> {
  try {
    return { table: await runOf(...run) }
  } catch (failed) {
    if (faultOf(failed).bug) throw failed
    return { failed }
  }
}

async function runOf(desk: Desk, asked: Asked, report: PluginReport, form: FormSchema): Promise<PluginTable> {
  const { settings } = schemaValues(form, [], valuesOf(asked))
  const values = checkForm(form, settings)
  const query = queryOf(desk, wantedOf(desk, asked))
  return runPluginReport(desk.means, { report, query, values, locale: desk.locale })
}

/** "values[name]" of the address, by name. */
const valuesOf = ({ query }: Asked): Record<string, string> =>
  Object.fromEntries(
    Object.entries(query).flatMap(([key, value]) => {
      const name = /^values\[(\w+)\]$/.exec(key)?.[1]
      return name === undefined ? [] : [[name, value]]
    }),
  )

const reasonsOf = ({ t }: Desk, error: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(faultOf(error).fields).map(([name, reason]) => [name, reasonText(t, reason)]),
  )

function tableBlocks(desk: Desk, { columns, rows }: PluginTable): Block[] {
  const { t, locale } = desk
  const isFigure = (type: string) => type === 'money' || type === 'number'
  const more = { max: ROWS_SHOWN, count: rows.length }
  return [
    {
      ...{ kind: 'table', id: 'report-table', title: t('books.reports.table') },
      columns: columns.map(({ label, type }, at) => ({
        label,
        ...(isFigure(type) ? { align: 'end' as const } : {}),
        phone: at === 0 ? ('title' as const) : isFigure(type) ? ('side' as const) : ('line' as const),
      })),
      rows: rows.slice(0, ROWS_SHOWN).map((row, at) => ({
        ...{ id: `row-${at}`, label: String(at + 1), cells: row.map((cell) => cellView(cell, locale)) },
      })),
      empty: { title: t('books.reports.none') },
    },
    ...(rows.length > ROWS_SHOWN
      ? [{ kind: 'notice', id: 'report-more', tone: 'info', text: t('books.reports.more', more) } as const]
      : []),
  ]
}

const cellView = (cell: PluginCell, locale: string): Cell =>
  typeof cell === 'number' ? formatNumber(cell, locale) : cell
