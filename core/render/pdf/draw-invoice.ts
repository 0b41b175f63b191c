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
import {
  drawParagraph,
  drawRows,
  drawStack,
  drawTable,
  type Column,
  type Row,
  type TableRow,
} from './blocks.ts'
import { openFaces } from './fonts.ts'
import type { DocumentLine, InvoiceDocument } from './invoice-document.ts'
import type { RenderOptions } from './render-invoice-pdf.ts'
import { createSheet, INK, LEADING, MARGIN, SOFT, type Look, type Sheet } from './sheet.ts'

/** The document and the ways in which its language writes things. */
interface Draft {
  doc: InvoiceDocument
  t: Translate
  accent: string
  money(minor: bigint): string
  date(day: IsoDate): string
  number(value: number): string
  rate(ppm: number): string
}

const FOOT_SIZE = 7
const ACCENT = '#3550c8'

export function drawInvoice(doc: InvoiceDocument, options: RenderOptions): Promise<Buffer> {
  const { locale, currency } = doc
  const isolate =
    directionOf(locale) === 'rtl' ? (text: string) => `\u2068${text}\u2069` : (text: string) => text
  const draft: Draft = {
    doc,
    t: options.t,
    accent: options.accent ?? ACCENT,
    money: (minor) => isolate(formatMoney({ minor, currency }, locale)),
    date: (day) => isolate(formatDate(day, locale)),
    number: (value) => formatNumber(value, locale),
    rate: (ppm) => formatRate(ppm, locale),
  }
  const sheet = createSheet({
    faces: openFaces(options.fonts),
    size: options.size ?? 'A4',
    locale,
    title: `${titleOf(draft)} ${doc.number}`,
    author: doc.seller.name,
    madeAt: new Date(`${doc.issuedOn}T00:00:00Z`),
    onMissing: options.onMissing,
    ...(options.facturX === undefined ? {} : { facturX: options.facturX }),
  })
  const footHeight = measureFoot(sheet, draft)
  sheet.bottom -= footHeight
  for (const block of [letterhead, parties, amount, lines, totals, taxes, notes]) block(sheet, draft)
  sheet.eachPage((page, pages) => foot(sheet, draft, { page, pages }))
  return sheet.finish()
}

const titleOf = ({ doc, t }: Draft): string => t(`pdf.title.${doc.kind}`)

/** Seller at the start, what the paper is at the end. */
function letterhead(sheet: Sheet, draft: Draft): void {
  const { seller, number } = draft.doc
  const half = sheet.width / 2 - 12
  const soft: Look = { size: 8, colour: SOFT }
  const left = drawStack(
    sheet,
    [
      [seller.name, { size: 12.5, weight: 'bold' }],
      ...seller.addressLines.map((line) => [line, soft] as const),
    ],
    { x: 0, y: sheet.y, width: half },
  )
  let right = 0
  const box = { x: sheet.width - half, width: half, align: 'end' } as const
  sheet.tag('H1', () => {
    right += sheet.text(titleOf(draft), { ...box, y: sheet.y - 5, size: 21, weight: 'bold' })
    right += sheet.text(number, { ...box, y: sheet.y - 5 + right, size: 10, colour: SOFT })
  })
  sheet.y += Math.max(left, right) + 30
}

/** Buyer at the start; numbers and days at the end. */
function parties(sheet: Sheet, draft: Draft): void {
  const { doc, t } = draft
  const { buyer } = doc
  const label: Look = { size: 7.8, colour: SOFT }
  const names = [buyer.company, buyer.name].filter((name): name is string => Boolean(name))
  const taxId = buyer.taxId ? [`${t('pdf.tax_id')} ${buyer.taxId}`] : []
  const rest = [...names.slice(1), ...buyer.addressLines, regionName(buyer.country, doc.locale), ...taxId]
  const top = sheet.y
  const left = drawStack(
    sheet,
    [
      [t(`pdf.to.${doc.kind}`), label],
      [names[0] ?? '', { weight: 'bold', size: 10 }],
      ...rest.map((line) => [line] as const),
    ],
    { x: 0, y: top, width: sheet.width / 2 - 12 },
  )
  drawRows(sheet, facts(draft), { x: sheet.width - 200, width: 200 })
  sheet.y = Math.max(top + left, sheet.y) + 30
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

/** The one sentence that most readers look for. */
function amount(sheet: Sheet, draft: Draft): void {
  const { doc, t, money, date } = draft
  const params = { amount: money(doc.totalMinor), date: date(doc.dueOn) }
  sheet.tag('P', () => {
    sheet.y += sheet.text(t(`pdf.amount.${doc.paid ? 'paid' : doc.kind}`, params), {
      x: 0,
      y: sheet.y,
      width: sheet.width,
      size: 15,
      weight: 'bold',
    })
  })
  if (doc.payUrl) {
    const box = { x: 0, y: sheet.y + 2, width: sheet.width, colour: draft.accent, link: doc.payUrl }
    sheet.tag(
      'Link',
      () => (sheet.y += sheet.text(t(doc.kind === 'quote' ? 'pdf.answer' : 'pdf.pay'), box) + 2),
    )
  }
  sheet.y += 22
}

function lines(sheet: Sheet, draft: Draft): void {
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
  drawTable(sheet, columns, rows)
  sheet.y += 14
}

function periodOf({ t, date }: Draft, { periodStart, periodEnd }: DocumentLine): string {
  if (!periodStart) return ''
  if (!periodEnd || addDays(periodStart, 1) >= periodEnd) return date(periodStart)
  return t('pdf.period', { from: date(periodStart), to: date(addDays(periodEnd, -1)) })
}

/** Net prices add up to the total; of gross prices the tax is a part, so it is told after the total. */
function totals(sheet: Sheet, draft: Draft): void {
  const { doc, t, money } = draft
  const subtotal = { label: t('pdf.subtotal'), value: money(doc.subtotalMinor) }
  const tax = taxRows(draft)
  const total: Row = {
    label: t(`pdf.total.${doc.kind}`),
    value: money(doc.totalMinor),
    look: { size: 11.5, weight: 'bold', colour: INK },
  }
  const place = { x: sheet.width - 250, width: 250 }
  const off = doc.totalMinor - doc.subtotalMinor - doc.taxMinor
  const rounding = off === 0n ? [] : [{ label: t('pdf.rounding'), value: money(off) }]
  const before = doc.pricesIncludeTax ? rounding : [subtotal, ...tax, ...rounding]
  const after = doc.pricesIncludeTax ? [{ ...subtotal, label: t('pdf.net') }, ...tax] : []
  sheet.keep((before.length + after.length + 3) * 20)
  drawRows(sheet, before, place)
  sheet.y += before.length > 0 ? 5 : 0
  if (before.length > 0) sheet.rule(sheet.y, { ...place, thickness: 0.9, colour: INK })
  sheet.y += before.length > 0 ? 7 : 0
  drawRows(sheet, [total], place)
  sheet.y += after.length > 0 ? 4 : 0
  drawRows(sheet, after, place)
  sheet.y += 18
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
function taxes(sheet: Sheet, draft: Draft): void {
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
  drawTable(sheet, columns, rows)
  sheet.y += 18
}

function notes(sheet: Sheet, { doc }: Draft): void {
  for (const statement of doc.statements ?? []) {
    drawParagraph(sheet, statement, { weight: 'bold' })
    sheet.y += 8
  }
  if (!doc.notes) return
  drawParagraph(sheet, doc.notes, { colour: SOFT })
}

const footText = ({ doc, t }: Draft): string[] => {
  const { seller } = doc
  const taxId = seller.taxId ? `${t('pdf.tax_id')} ${seller.taxId}` : ''
  const contact = [seller.name, taxId, seller.email ?? ''].filter(Boolean).join('  ·  ')
  return seller.legalText ? [contact, seller.legalText] : [contact]
}

const footWidth = (sheet: Sheet): number => sheet.width - 90

function measureFoot(sheet: Sheet, draft: Draft): number {
  const heights = footText(draft).map((text) => sheet.height(text, footWidth(sheet), { size: FOOT_SIZE }))
  return heights.reduce((sum, height) => sum + height, 0) + 16
}

function foot(sheet: Sheet, draft: Draft, count: { page: number; pages: number }): void {
  const look: Look = { size: FOOT_SIZE, colour: SOFT }
  let y = sheet.bottom + 16 + (MARGIN - FOOT_SIZE * LEADING * 2) / 2
  sheet.rule(y - 7)
  sheet.text(draft.t('pdf.page', count), { ...look, x: sheet.width - 90, y, width: 90, align: 'end' })
  for (const text of footText(draft)) y += sheet.text(text, { ...look, x: 0, y, width: footWidth(sheet) })
}
