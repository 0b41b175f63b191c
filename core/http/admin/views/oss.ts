import { listSellers, type Seller } from '../../../brands/index.ts'
import { readOssReport, RETURN_CURRENCY, type OssRow } from '../../../billing/index.ts'
import { formatRate } from '../../../i18n/index.ts'
import { url } from '../../../render/index.ts'
import { inMoney, type Block, type Cell, type PageView } from '../blocks.ts'
import { filled, labeller, type Asked, type Desk } from '../desk.ts'
import { sellerField } from './tax-rules.ts'
import { taxTabs } from './tax-tabs.ts'
import { countryName } from './words.ts'

export interface QuarterAsked {
  seller_id: string
  year: number
  quarter: number
}

/** The quarter of the address, else the last one that is over. */
export function quarterAsked({ today }: Desk, { query }: Asked, sellers: readonly Seller[]): QuarterAsked {
  const [year, month] = [Number(today.slice(0, 4)), Number(today.slice(5, 7))]
  const last = Math.ceil(month / 3) - 1
  const fallback = last === 0 ? { year: year - 1, quarter: 4 } : { year, quarter: last }
  return {
    seller_id: query.seller_id ?? sellers[0]?.id ?? '',
    year: Number(query.year ?? fallback.year),
    quarter: Number(query.quarter ?? fallback.quarter),
  }
}

/** What is owed to other member states, each figure with a way to its documents. */
export async function ossPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const sellers = await listSellers(means, {}, actor)
  const wanted = quarterAsked(desk, asked, sellers)
  const shown = asked.query.year !== undefined || sellers.length === 1
  const rows = shown ? await readOssReport(means, wanted, actor) : null
  return {
    head: {
      title: t('tax.oss.title'),
      crumbs: [{ label: t('admin.tax.title'), href: '/admin/tax' }, { label: t('tax.oss.title') }],
      text: t('tax.oss.text'),
      ...(rows
        ? {
            actions: [
              {
                ...{ label: t('tax.oss.csv'), icon: 'download', plain: true },
                href: url('/admin/tax/oss.csv', { ...wanted }),
              },
            ],
          }
        : {}),
    },
    tabs: taxTabs(desk, 'oss'),
    main: [quarterForm(desk, asked, { sellers, wanted }), ...(rows ? [ossTable(desk, rows, wanted)] : [])],
  }
}

function quarterForm(
  desk: Desk,
  asked: Asked,
  { sellers, wanted }: { sellers: readonly Seller[]; wanted: QuarterAsked },
): Block {
  const { t } = desk
  return {
    ...{ kind: 'form', id: 'oss-quarter', action: '/admin/tax/oss', method: 'get', inline: true },
    fields: [
      sellerField(desk, asked, sellers),
      { ...filled(asked, 'year', wanted.year), label: t('tax.label.year') },
      {
        ...filled(asked, 'quarter', wanted.quarter),
        ...{ kind: 'select', label: t('tax.label.quarter') },
        options: [1, 2, 3, 4].map((n) => ({ value: String(n), label: String(n) })),
      },
    ],
    submit: { label: t('tax.oss.show') },
    keys: {},
  }
}

function ossTable(desk: Desk, rows: readonly OssRow[], wanted: QuarterAsked): Block {
  const { t, locale } = desk
  const l = labeller(desk)
  const foreign = rows.some(({ currency }) => currency !== RETURN_CURRENCY)
  return {
    kind: 'table',
    id: 'oss',
    title: t('tax.oss.quarter', { year: String(wanted.year), quarter: wanted.quarter }),
    columns: [
      { label: t('tax.label.state'), phone: 'title' },
      { label: l('rate'), align: 'end' },
      { label: l('net'), align: 'end', phone: 'line' },
      { label: l('tax'), align: 'end', phone: 'line' },
      ...(foreign
        ? [
            { label: t('tax.oss.rate'), align: 'end' as const },
            { label: t('tax.oss.net_in', { currency: RETURN_CURRENCY }), align: 'end' as const },
            {
              ...{ label: t('tax.oss.tax_in', { currency: RETURN_CURRENCY }), align: 'end' as const },
              phone: 'side' as const,
            },
          ]
        : []),
      { label: t('tax.label.corrects') },
      { label: t('tax.label.documents'), align: 'end' },
    ],
    rows: rows.map((row) => ({
      id: `oss-${row.country}-${row.ratePpm}-${row.currency}-${row.corrects ?? 'now'}`,
      href: documentsOf(wanted, row),
      label: row.country,
      cells: [
        countryName(desk, row.country),
        formatRate(row.ratePpm, locale),
        inMoney(row.netMinor, row.currency),
        inMoney(row.taxMinor, row.currency),
        ...(foreign ? returned(desk, row) : []),
        row.corrects,
        row.documents,
      ],
    })),
    ...(rows.length === 0
      ? {}
      : {
          foot: [
            t('books.sum'),
            ...(foreign ? ['', '', '', ''] : ['']),
            ...sumOfReturn(rows, wanted),
            '',
            '',
          ],
        }),
    empty: { icon: 'receipt-tax', title: t('tax.oss.none') },
  }
}

/** Rate and sums of a row in the return; where no rate is known, the way to enter one. */
function returned({ t, locale }: Desk, { inReturn }: OssRow): Cell[] {
  if (!inReturn) return [{ href: '/admin/exchange-rates', text: t('tax.oss.no_rate') }, null, null]
  const { rate, rateOn, netMinor, taxMinor } = inReturn
  const day = rateOn && new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(new Date(rateOn))
  return [
    rate === null ? null : `${rate} · ${day}`,
    inMoney(netMinor, RETURN_CURRENCY),
    inMoney(taxMinor, RETURN_CURRENCY),
  ]
}

/** No sum while a part of it is not known. */
function sumOfReturn(rows: readonly OssRow[], wanted: QuarterAsked): Cell[] {
  const known = rows.flatMap(({ inReturn }) => inReturn ?? [])
  if (known.length < rows.length) return ['', '']
  return (['netMinor', 'taxMinor'] as const).map((of) =>
    inMoney(
      known.reduce((sum, one) => sum + one[of], 0n),
      RETURN_CURRENCY,
      url('/admin/tax/oss/documents', { ...wanted }),
    ),
  )
}

const documentsOf = (wanted: QuarterAsked, { country, ratePpm, currency, corrects }: OssRow): string =>
  url('/admin/tax/oss/documents', {
    ...{ ...wanted, country, rate_ppm: ratePpm, currency },
    ...(corrects === null ? {} : { corrects }),
  })
