import { toDecimal } from '../../sdk/index.ts'
import { safeCell } from '../kernel/index.ts'
import type { ReportRow, ReportShape } from './report.ts'

/** Names and plain figures, the same in every language: what a program reads. Amounts stand as decimals. */
export function reportCsv(report: ReportShape, rows: readonly ReportRow[]): string {
  const head = [
    ...report.groups.map(({ key }) => key),
    'currency',
    ...report.figures.map(({ key }) => key),
    'documents',
  ]
  const lines = rows.map((row) => [
    ...report.groups.map(({ key }) => row.groups[key] ?? ''),
    row.currency,
    ...report.figures.map(({ key, kind }) => {
      const minor = row.figures[key] ?? 0n
      return kind === 'money' ? toDecimal({ minor, currency: row.currency }) : minor.toString()
    }),
    String(row.documents),
  ])
  return csv([head, ...lines])
}

export const csv = (lines: readonly (readonly string[])[]): string =>
  lines.map((line) => `${line.map(csvCell).join(',')}\r\n`).join('')

/** Quoted where it must be. */
export function csvCell(value: string): string {
  const safe = safeCell(value)
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
