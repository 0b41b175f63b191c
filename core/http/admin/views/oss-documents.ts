import { readOssDocuments, RETURN_CURRENCY, type OssDocument } from '../../../billing/index.ts'
import { formatRate } from '../../../i18n/index.ts'
import { DOCUMENTS_SHOWN } from '../../../reports/index.ts'
import { url } from '../../../render/index.ts'
import { inMoney, type Cell, type Column, type PageView } from '../blocks.ts'
import { clientLink, labeller, type Asked, type Desk } from '../desk.ts'
import { quarterAsked } from './oss.ts'
import { countryName } from './words.ts'

/** The documents behind one row of the return, or behind its sum: their figures add up to it. */
export async function ossDocumentsPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const wanted = quarterAsked(desk, asked, [])
  const documents = await readOssDocuments(means, { ...wanted, ...figureOf(asked) }, actor)
  const from = Number(asked.query.after ?? 0)
  const until = from + DOCUMENTS_SHOWN
  const shown = documents.slice(from, until)
  const title = titleOf(desk, asked)
  return {
    head: {
      title,
      crumbs: [{ label: t('tax.oss.title'), href: url('/admin/tax/oss', { ...wanted }) }, { label: title }],
    },
    main: [
      {
        ...{ kind: 'list', id: 'oss-documents', label: t('tax.label.documents') },
        columns: columnsOf(desk),
        rows: shown.map((row, i) => ({
          id: `row-${from + i}`,
          href: `/admin/invoices/${row.id}`,
          label: row.number,
          cells: cellsOf(row),
        })),
        pager: {
          ...{ count: documents.length, countIsLower: false },
          ...(documents.length > until ? { nextHref: url(asked.url, { after: until }) } : {}),
        },
        empty: { title: t('tax.oss.none') },
      },
    ],
  }
}

function figureOf({ query }: Asked) {
  const { country, currency, corrects } = query
  if (country === undefined) return {}
  const rate_ppm = Number(query.rate_ppm)
  return { country, rate_ppm, currency, ...(corrects === undefined ? {} : { corrects }) }
}

function titleOf(desk: Desk, { query }: Asked): string {
  if (query.country === undefined) return desk.t('books.reports.all_in', { currency: RETURN_CURRENCY })
  const rate = formatRate(Number(query.rate_ppm), desk.locale)
  return desk.t('tax.oss.behind', { country: countryName(desk, query.country) ?? query.country, rate })
}

function columnsOf(desk: Desk): Column[] {
  const l = labeller(desk)
  const figure = (label: string, phone: 'line' | 'side'): Column => ({ label, align: 'end', phone })
  const inReturn = (name: string) => desk.t(`tax.oss.${name}_in`, { currency: RETURN_CURRENCY })
  return [
    { label: l('number'), phone: 'title' },
    { label: l('client') },
    { label: l('issued_on') },
    figure(l('net'), 'line'),
    figure(l('tax'), 'side'),
    figure(inReturn('net'), 'line'),
    figure(inReturn('tax'), 'line'),
  ]
}

function cellsOf(row: OssDocument): Cell[] {
  const { inReturn } = row
  const shares = inReturn
    ? [inMoney(inReturn.netMinor, RETURN_CURRENCY), inMoney(inReturn.taxMinor, RETURN_CURRENCY)]
    : [null, null]
  return [
    ...[row.number, clientLink(row.client_id, row.client), { day: row.issued_on }],
    ...[inMoney(row.netMinor, row.currency), inMoney(row.taxMinor, row.currency)],
    ...shares,
  ]
}
