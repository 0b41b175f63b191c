import { listSellers, type Seller } from '../../../brands/index.ts'
import {
  evidenceKinds,
  listPlaceEvidence,
  readOssDocuments,
  readOssReport,
  RETURN_CURRENCY,
  type OssRow,
} from '../../../billing/index.ts'
import { formatRate } from '../../../i18n/index.ts'
import { url } from '../../../render/index.ts'
import { inMoney, type Block, type Cell, type PageView } from '../blocks.ts'
import { clientLink, filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'
import { choice, sellerField } from './tax-rules.ts'
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
      label: row.country,
      cells: [
        countryName(desk, row.country),
        formatRate(row.ratePpm, locale),
        inMoney(row.netMinor, row.currency),
        inMoney(row.taxMinor, row.currency),
        ...(foreign ? returned(desk, row) : []),
        row.corrects,
        {
          text: t('tax.oss.documents', { count: row.documents }),
          href: url('/admin/tax/oss/documents', {
            ...{ ...wanted, country: row.country, rate_ppm: row.ratePpm, currency: row.currency },
            ...(row.corrects === null ? {} : { corrects: row.corrects }),
          }),
        },
      ],
    })),
    ...(foreign ? { foot: ['', '', '', '', '', ...sumOfReturn(rows), '', ''] } : {}),
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
function sumOfReturn(rows: readonly OssRow[]): Cell[] {
  const known = rows.flatMap(({ inReturn }) => inReturn ?? [])
  if (known.length < rows.length) return ['', '']
  return (['netMinor', 'taxMinor'] as const).map((of) =>
    inMoney(
      known.reduce((sum, one) => sum + one[of], 0n),
      RETURN_CURRENCY,
    ),
  )
}

/** The documents of one figure. */
export async function ossDocumentsPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const l = labeller(desk)
  const { query } = asked
  const wanted = quarterAsked(desk, asked, [])
  const figure = { country: query.country, rate_ppm: Number(query.rate_ppm), currency: query.currency }
  const corrects = query.corrects === undefined ? {} : { corrects: query.corrects }
  const rows = await readOssDocuments(means, { ...wanted, ...figure, ...corrects }, actor)
  const sum = (of: 'net_minor' | 'tax_minor') => rows.reduce((all, row) => all + row[of], 0n)
  const currency = query.currency ?? 'EUR'
  return {
    head: {
      title: t('tax.oss.behind', {
        country: query.country ?? '',
        rate: formatRate(figure.rate_ppm, desk.locale),
      }),
      crumbs: [
        { label: t('tax.oss.title'), href: url('/admin/tax/oss', { ...wanted }) },
        { label: figure.country ?? '' },
      ],
    },
    main: [
      {
        ...{ kind: 'table', id: 'oss-documents', title: t('tax.label.documents') },
        columns: [
          { label: l('number'), phone: 'title' },
          { label: l('issued_on') },
          { label: l('net'), align: 'end', phone: 'line' },
          { label: l('tax'), align: 'end', phone: 'side' },
        ],
        rows: rows.map((row, i) => ({
          id: `row-${row.id}-${i}`,
          label: row.number,
          cells: [
            { href: `/admin/invoices/${row.id}`, text: row.number },
            { day: row.issued_on },
            inMoney(row.net_minor, row.currency),
            inMoney(row.tax_minor, row.currency),
          ],
        })),
        foot: ['', '', inMoney(sum('net_minor'), currency), inMoney(sum('tax_minor'), currency)],
        empty: { title: t('tax.oss.none') },
      },
    ],
  }
}

/** What speaks for the place of consumers in other member states. */
export async function evidencePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const l = labeller(desk)
  const client_id = asked.query.client
  const rows = await listPlaceEvidence(means, client_id === undefined ? {} : { client_id }, actor)
  const form: Block = {
    ...{
      kind: 'form',
      id: 'evidence-form',
      title: t('tax.evidence.add_title'),
      action: '/admin/tax/evidence',
    },
    fields: [
      { ...filled(asked, 'client_id', client_id), label: l('client'), hint: t('tax.exemptions.client_hint') },
      choice(desk, asked, 'evidence_kind', { values: evidenceKinds, words: 'evidence_kind' }),
      { ...filled(asked, 'country'), label: l('country') },
      { ...filled(asked, 'source'), label: l('source'), hint: t('tax.evidence.source_hint') },
    ],
    submit: { label: t('tax.evidence.add') },
    ...formParts(desk, asked),
  }
  return {
    head: {
      title: t('tax.evidence.title'),
      crumbs: [{ label: t('admin.tax.title'), href: '/admin/tax' }, { label: t('tax.evidence.title') }],
      text: t('tax.evidence.text'),
    },
    tabs: taxTabs(desk, 'evidence'),
    main: [
      {
        ...{ kind: 'table', id: 'place-evidence', title: t('tax.evidence.list') },
        columns: [
          { label: l('client'), phone: 'title' },
          { label: l('state'), phone: 'side' },
          { label: t('tax.label.pieces'), phone: 'line' },
        ],
        rows: rows.map((row) => ({
          id: `row-${row.client_id}`,
          label: row.client,
          cells: [
            clientLink(row.client_id, row.client),
            t(`tax.evidence.standing.${row.standing}`),
            row.pieces
              .map(({ kind, country }) => `${t(`tax.evidence_kind.${kind}`)}: ${countryName(desk, country)}`)
              .join(' · '),
          ],
          menu: [{ label: t('tax.evidence.add'), href: `/admin/tax/evidence?client=${row.client_id}` }],
        })),
        empty: { icon: 'receipt-tax', title: t('tax.evidence.none') },
      },
      ...(allowed(desk, 'place_evidence.note') ? [form] : []),
    ],
  }
}
