import { toDecimal } from '../../../sdk/index.ts'
import { csv } from '../report-csv.ts'
import type { PluginCell, PluginTable } from './run-plugin-report.ts'

/** Keys of columns and plain figures, for programs; an amount is a decimal with its currency in a column beside it. */
export function pluginReportCsv({ columns, rows }: PluginTable): string {
  const head = columns.flatMap(({ key, type }) => (type === 'money' ? [key, `${key}_currency`] : [key]))
  const lines = rows.map((row) =>
    row.flatMap((cell, at) => (columns[at]!.type === 'money' ? moneyOf(cell) : [textOf(cell)])),
  )
  return csv([head, ...lines])
}

const moneyOf = (cell: PluginCell): string[] =>
  cell !== null && typeof cell === 'object' && 'money' in cell
    ? [toDecimal(cell.money), cell.money.currency]
    : ['', '']

const textOf = (cell: PluginCell): string =>
  cell === null ? '' : typeof cell === 'object' ? ('day' in cell ? cell.day : '') : String(cell)
