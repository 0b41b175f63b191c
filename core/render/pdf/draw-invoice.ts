import type { Translate } from '../../i18n/index.ts'
import {
  directionOf,
  formatDate,
  formatMoney,
  formatNumber,
  formatRate,
  regionName,
} from '../../i18n/index.ts'
import { addDays, type IsoDate } from '../../kernel/index.ts'
import { drawParagraph, drawRows, drawTable, type Column, type Row, type TableRow } from './blocks.ts'
import { onColour } from './colours.ts'
import type { Heading } from './heading.ts'
import type { DocumentLine, InvoiceDocument } from './invoice-document.ts'
import { openPaper, type Paper } from './open-paper.ts'
import type { RenderOptions } from './render-invoice-pdf.ts'
import { INK, SOFT, type Book, type Sheet } from './sheet.ts'

/** The document and the ways in which its language writes things. */
interface Draft {
  doc: InvoiceDocument
  t: Translate
  money(minor: bigint): string
  date(day: IsoDate): string
  number(value: number): string
  rate(ppm: number): string
}

export const drawInvoice = (doc: InvoiceDocument, options: RenderOptions): Promise<Buffer> =>
  drawOn(doc, options).finish()

/** The paper on pages of a book, or on those of a file of its own. */
export function drawOn(doc: InvoiceDocument, options: RenderOptions & { book?: Book }): Sheet {
  const { locale, currency } = doc
  const isolate =
    directionOf(locale) === 'rtl' ? (text: string) => `\u2068${text}\u2069` : (text: string) => text
  const draft: Draft = {
    doc,
    t: options.t,
    money: (minor) => isolate(formatMoney({ minor, currency }, locale)),
    date: (day) => isolate(formatDate(day, locale)),
    number: (value) => formatNumber(value, locale),
    rate: (ppm) => formatRate(ppm, locale),
  }
  const heading = headingOf(draft)
  const madeAt = new Date(`${doc.issuedOn}T00:00:00Z`)
  const paper = openPaper(heading, { locale, title: `${heading.title} ${doc.number}`, madeAt }, options)
  for (const block of [lines, totals, taxes, notes]) block(paper, draft)
  paper.close()
  return paper.sheet
}

function headingOf(draft: Draft): Heading {
  const { doc, t, money, date } = draft
  const { buyer } = doc
  const names = [buyer.company, buyer.name].filter((name): name is string => Boolean(name))
  const params = { amount: money(doc.totalMinor), date: date(doc.dueOn) }
  const fact = buyer.taxId ? { fact: { label: t('pdf.tax_id'), value: buyer.taxId } } : {}
  const link = doc.payUrl && { text: t(doc.kind === 'quote' ? 'pdf.answer' : 'pdf.pay'), url: doc.payUrl }
  return {
    ...{ title: t(`pdf.title.${doc.kind}`), number: doc.number, seller: doc.seller, facts: facts(draft) },
    to: {
      label: t(`pdf.to.${doc.kind}`),
      lines: [...names, ...buyer.addressLines],
      country: regionName(buyer.country, doc.locale),
      domestic: doc.seller.country === buyer.country,
      ...fact,
    },
    amount: t(`pdf.amount.${doc.paid ? 'paid' : doc.kind}`, params),
    ...(link ? { link } : {}),
  }
}

function facts({ doc, t, date }: Draft): Row[] {
  const rows: (Row | false)[] = [
    { label: t(`pdf.number.${doc.kind}`), value: doc.number },
    { label: t('pdf.issued'), value: date(doc.issuedOn) },
    (doc.kind === 'invoice' || doc.kind === 'proforma') && { label: t('pdf.due'), value: date(doc.dueOn) },
    doc.kind === 'quote' && { label: t('pdf.valid_until'), value: date(doc.dueOn) },
    Boolean(doc.corrects) && { label: t('pdf.corrects'), value: doc.corrects ?? '' },
    Boolean(doc.seller.taxId) && { label: t('pdf.seller_tax_id'), value: doc.seller.taxId ?? '' },
  ]
  return rows.filter((row): row is Row => row !== false)
}

function lines({ sheet, layout, style }: Paper, draft: Draft): void {
  const { doc, t, money, number, rate } = draft
  const columns: Column[] = [
    { label: t('pdf.line.description'), figures: false },
    { label: t('pdf.line.quantity'), figures: true },
    { label: t('pdf.line.unit'), figures: true },
    { label: t('pdf.line.tax'), figures: true },
    { label: t(doc.pricesIncludeTax ? 'pdf.line.gross' : 'pdf.line.amount'), figures: true },
  ]
  const rows: TableRow[] = doc.lines.map((line) => ({
    cells: [
      line.description,
      number(line.quantity),
      money(line.unitMinor),
      rate(line.taxRatePpm),
      money(line.amountMinor),
    ],
    note: periodOf(draft, line),
  }))
  drawTable(sheet, columns, rows, layout.table(style))
  sheet.y += 14
}

function periodOf({ t, date }: Draft, { periodStart, periodEnd }: DocumentLine): string {
  if (!periodStart) return ''
  if (!periodEnd || addDays(periodStart, 1) >= periodEnd) return date(periodStart)
  return t('pdf.period', { from: date(periodStart), to: date(addDays(periodEnd, -1)) })
}

/** Net prices add up to the total; of gross prices the tax is a part, so it is told after the total. */
function totals(paper: Paper, draft: Draft): void {
  const { sheet } = paper
  const { doc, t, money } = draft
  const subtotal = { label: t('pdf.subtotal'), value: money(doc.subtotalMinor) }
  const tax = taxRows(draft)
  const total: Row = {
    label: t(`pdf.total.${doc.kind}`),
    value: money(doc.totalMinor),
    look: { size: sheet.base + 2.5, weight: 'bold', colour: INK },
  }
  const place = sums(paper)
  const off = doc.totalMinor - doc.subtotalMinor - doc.taxMinor
  const rounding = off === 0n ? [] : [{ label: t('pdf.rounding'), value: money(off) }]
  const before = doc.pricesIncludeTax ? rounding : [subtotal, ...tax, ...rounding]
  const after = doc.pricesIncludeTax ? [{ ...subtotal, label: t('pdf.net') }, ...tax] : []
  sheet.keep((before.length + after.length + 3) * 20)
  drawRows(sheet, before, place)
  drawTotal(paper, total, before.length > 0)
  sheet.y += after.length > 0 ? 4 : 0
  drawRows(sheet, after, place)
  sheet.y += 18
}

const SUMS = 250

/** Where sums stand: at the end, in line with the figures of the table. */
function sums({ sheet, layout, style }: Paper): { x: number; width: number } {
  const { inset } = layout.table(style)
  return { x: sheet.width - SUMS, width: SUMS - inset }
}

function drawTotal(paper: Paper, total: Row, ruled: boolean): void {
  const { sheet, layout, style } = paper
  const place = sums(paper)
  if (layout.total === 'filled') {
    const { inset } = layout.table(style)
    const height = sheet.height(total.value, SUMS, total.look) + 12
    const colour = onColour(style.accent)
    sheet.y += 4
    sheet.fill({ x: place.x - inset, y: sheet.y, width: place.width + 2 * inset, height }, style.accent, 4)
    sheet.y += 6
    drawRows(sheet, [{ ...total, look: { ...total.look, colour } }], place)
    sheet.y += 8
    return
  }
  sheet.y += ruled ? 5 : 0
  if (ruled) sheet.rule(sheet.y, { ...place, thickness: 0.9, colour: INK })
  sheet.y += ruled ? 7 : 0
  drawRows(sheet, [total], place)
}

/** A single rate is told beside the total; several have a table of their own. */
function taxRows(draft: Draft): Row[] {
  const { doc, t, money } = draft
  if (doc.taxes.length < 2) {
    return doc.taxes.map((tax) => ({ label: taxLabel(draft, tax), value: money(tax.taxMinor) }))
  }
  const label = t(doc.pricesIncludeTax ? 'pdf.tax_sum_included' : 'pdf.tax_sum')
  return [{ label, value: money(doc.taxMinor) }]
}

const taxLabel = ({ doc, t, money, rate }: Draft, tax: InvoiceDocument['taxes'][number]): string =>
  t(doc.pricesIncludeTax ? 'pdf.tax_included' : 'pdf.tax_on', {
    name: tax.name,
    rate: rate(tax.ratePpm),
    net: money(tax.netMinor),
  })

/** Net and tax of each rate, when there are several. */
function taxes({ sheet, layout, style }: Paper, draft: Draft): void {
  const { doc, t, money, rate } = draft
  if (doc.taxes.length < 2) return
  // With two taxes on the same lines, what one of them makes of the net sum is no gross sum.
  const stacked = doc.taxes.some(({ level }) => level === 2)
  const labels = ['name', 'rate', stacked ? 'base' : 'net', 'tax', ...(stacked ? [] : ['gross'])]
  const columns = labels.map((name, i) => ({ label: t(`pdf.tax_table.${name}`), figures: i > 0 }))
  const rows = doc.taxes.map((tax) => ({
    cells: [
      tax.name,
      rate(tax.ratePpm),
      money(tax.netMinor),
      money(tax.taxMinor),
      ...(stacked ? [] : [money(tax.netMinor + tax.taxMinor)]),
    ],
  }))
  sheet.keep(30 * (rows.length + 1))
  drawTable(sheet, columns, rows, layout.table(style))
  sheet.y += 18
}

function notes({ sheet }: Paper, { doc }: Draft): void {
  for (const statement of doc.statements ?? []) {
    drawParagraph(sheet, statement, { weight: 'bold' })
    sheet.y += 8
  }
  if (!doc.notes) return
  drawParagraph(sheet, doc.notes, { colour: SOFT })
}
