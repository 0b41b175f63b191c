import { directionOf, formatDate, formatMoney } from '../../i18n/index.ts'
import { drawRows, drawStack, drawTable, type Row } from './blocks.ts'
import { openFaces } from './fonts.ts'
import type { RenderOptions } from './render-invoice-pdf.ts'
import { createSheet, SOFT, type Look } from './sheet.ts'
import type { StatementDocument } from './statement-document.ts'

/** Who, for whom and which days; what was owed before, every movement, what is owed then. */
export function drawStatement(doc: StatementDocument, options: RenderOptions): Promise<Buffer> {
  const { t } = options
  const { locale, currency } = doc
  const isolate =
    directionOf(locale) === 'rtl' ? (text: string) => `\u2068${text}\u2069` : (text: string) => text
  const money = (minor: bigint) => isolate(formatMoney({ minor, currency }, locale))
  const date = (day: StatementDocument['from']) => isolate(formatDate(day, locale))
  const sheet = createSheet({
    faces: openFaces(options.fonts),
    size: options.size ?? 'A4',
    ...{ locale, title: t('documents.statement.title'), author: doc.seller },
    madeAt: new Date(`${doc.to}T00:00:00Z`),
    onMissing: options.onMissing,
  })
  const soft: Look = { size: 8, colour: SOFT }
  sheet.tag('H1', () => {
    const box = { x: 0, y: sheet.y, width: sheet.width }
    sheet.y += sheet.text(t('documents.statement.title'), { ...box, size: 21, weight: 'bold' })
  })
  sheet.y += drawStack(
    sheet,
    [
      [t('documents.statement.period', { from: date(doc.from), to: date(doc.to) }), soft],
      [doc.client, { weight: 'bold', size: 10 }],
      [doc.seller, soft],
    ],
    { x: 0, y: sheet.y, width: sheet.width },
  )
  sheet.y += 18
  const place = { x: sheet.width - 250, width: 250 }
  const balance = (name: string, minor: bigint): Row => ({
    label: t(`documents.statement.${name}`),
    value: money(minor),
    look: { weight: 'bold' },
  })
  drawRows(sheet, [balance('opening', doc.openingMinor)], place)
  sheet.y += 8
  const columns = ['what', 'on', 'reference', 'amount', 'balance'].map((name, i) => ({
    label: t(`documents.statement.${name}`),
    figures: i > 0,
  }))
  const rows = doc.entries.map((entry) => ({
    cells: [
      ...[entry.text, date(entry.on), entry.reference ?? ''],
      ...[money(entry.amountMinor), money(entry.balanceMinor)],
    ],
  }))
  drawTable(sheet, columns, rows)
  sheet.y += 12
  drawRows(sheet, [balance('closing', doc.closingMinor)], place)
  sheet.eachPage((page, pages) => {
    const box = { x: sheet.width - 90, y: sheet.bottom + 16, width: 90, align: 'end' as const }
    sheet.text(t('pdf.page', { page, pages }), { ...soft, ...box })
  })
  return sheet.finish()
}
