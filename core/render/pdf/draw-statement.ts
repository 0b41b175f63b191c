import { directionOf, formatDate, formatMoney, regionName } from '../../i18n/index.ts'
import { drawRows, drawTable, type Row } from './blocks.ts'
import type { Heading } from './heading.ts'
import { openPaper } from './open-paper.ts'
import type { RenderOptions } from './render-invoice-pdf.ts'
import type { StatementDocument } from './statement-document.ts'

/** Who, for whom and which days; what was owed before, every movement, what is owed then. */
export function drawStatement(doc: StatementDocument, options: RenderOptions): Promise<Buffer> {
  const { t } = options
  const { locale, currency } = doc
  const isolate =
    directionOf(locale) === 'rtl' ? (text: string) => `\u2068${text}\u2069` : (text: string) => text
  const money = (minor: bigint) => isolate(formatMoney({ minor, currency }, locale))
  const date = (day: StatementDocument['from']) => isolate(formatDate(day, locale))
  const balance = (name: string, minor: bigint): Row => ({
    label: t(`documents.statement.${name}`),
    value: money(minor),
    look: { weight: 'bold' },
  })
  const opening = balance('opening', doc.openingMinor)
  const closing = balance('closing', doc.closingMinor)
  const days = t('documents.statement.period', { from: date(doc.from), to: date(doc.to) })
  const facts = { locale, title: t('documents.statement.title'), madeAt: new Date(`${doc.to}T00:00:00Z`) }
  const paper = openPaper({ ...headingOf(doc, options, days), facts: [opening, closing] }, facts, options)
  const { sheet, layout, style } = paper
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
  drawTable(sheet, columns, rows, layout.table(style))
  sheet.y += 12
  sheet.keep(20)
  const { inset } = layout.table(style)
  drawRows(sheet, [closing], { x: sheet.width - 250, width: 250 - inset })
  paper.close()
  return sheet.finish()
}

function headingOf(
  { seller, client, locale }: StatementDocument,
  { t }: RenderOptions,
  days: string,
): Omit<Heading, 'facts'> {
  const names = [client.company, client.name].filter((name): name is string => Boolean(name))
  return {
    ...{ title: t('documents.statement.title'), number: days, seller },
    to: {
      label: t('documents.statement.to_client'),
      lines: [...names, ...client.addressLines],
      country: regionName(client.country, locale),
      domestic: seller.country === client.country,
    },
  }
}
