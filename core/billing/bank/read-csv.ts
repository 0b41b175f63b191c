import { Type, type Static } from '../../../sdk/index.ts'
import {
  bankAmount,
  currencyOf,
  dayOf,
  StatementInvalid,
  type BankStatement,
  type StatementLine,
} from './statement.ts'

const column = Type.Optional(Type.String({ minLength: 1, maxLength: 100 }))

/** How the columns of a bank's own file are read. Kept with the account, so that it is said once. */
export const CsvMapping = Type.Object({
  delimiter: Type.Enum({ ';': ';', ',': ',', tab: 'tab' } as const),
  /** Lines before the names of the columns. */
  skip: Type.Integer({ minimum: 0, maximum: 50, default: 0 }),
  day: Type.String({ minLength: 1, maxLength: 100 }),
  day_format: Type.Enum({
    'YYYY-MM-DD': 'YYYY-MM-DD',
    'DD.MM.YYYY': 'DD.MM.YYYY',
    'DD.MM.YY': 'DD.MM.YY',
    'DD/MM/YYYY': 'DD/MM/YYYY',
    'MM/DD/YYYY': 'MM/DD/YYYY',
  } as const),
  /** One column with a sign. */
  amount: Type.String({ minLength: 1, maxLength: 100 }),
  decimal: Type.Enum({ ',': ',', '.': '.' } as const),
  currency: column,
  text: Type.String({ minLength: 1, maxLength: 100 }),
  name: column,
  account: column,
  reference: column,
})
export type CsvMapping = Static<typeof CsvMapping>

interface Row {
  line: number
  cells: string[]
}

/** A bank's own table. Every row must have the columns of its head; a field of the mapping that is missing is refused. */
export function readCsv(source: string, mapping: CsvMapping, currency: string): BankStatement {
  const rows = rowsOf(source, mapping.delimiter === 'tab' ? '\t' : mapping.delimiter).slice(mapping.skip)
  const [head, ...body] = rows.filter(({ cells }) => cells.length > 1 || cells[0] !== '')
  if (!head) throw StatementInvalid({ line: 1, problem: 'there are no columns in it' })
  const names = head.cells.map((name) => name.trim())
  const place = (name: string): number => {
    const i = names.indexOf(name)
    if (i < 0) throw StatementInvalid({ line: head.line, problem: `there is no column "${name}"` })
    return i
  }
  const wanted = Object.fromEntries(
    (['day', 'amount', 'currency', 'text', 'name', 'account', 'reference'] as const).flatMap((field) =>
      mapping[field] === undefined ? [] : [[field, place(mapping[field])]],
    ),
  ) as Partial<Record<keyof CsvMapping, number>>
  const lines = body.map((row) => {
    if (row.cells.length !== names.length)
      throw StatementInvalid({
        line: row.line,
        problem: `${row.cells.length} columns instead of ${names.length}`,
      })
    const cell = (field: keyof CsvMapping) =>
      wanted[field] === undefined ? '' : row.cells[wanted[field]]!.trim()
    return lineOf(cell, row.line, { mapping, currency })
  })
  return { account: null, reference: null, lines }
}

function lineOf(
  cell: (field: keyof CsvMapping) => string,
  line: number,
  { mapping, currency }: { mapping: CsvMapping; currency: string },
): StatementLine {
  const own = cell('currency') === '' ? currency : currencyOf(cell('currency'), line)
  const group = mapping.decimal === ',' ? '.' : ','
  const text = cell('amount').replaceAll(/[\s\u00a0\u202f'’]/g, '')
  const pattern = new RegExp(`^([+-]?)(\\d+|\\d{1,3}(?:\\${group}\\d{3})+)(?:\\${mapping.decimal}(\\d+))?$`)
  const match = pattern.exec(text)
  if (!match) throw StatementInvalid({ line, problem: `"${cell('amount')}" is not an amount` })
  const plain = `${match[2]!.replaceAll(group, '')}${match[3] === undefined ? '' : `.${match[3]}`}`
  const minor = bankAmount(plain, own, line)
  return {
    ...{ line, bookedOn: dayOf(isoText(cell('day'), mapping.day_format, line), line), currency: own },
    amountMinor: match[1] === '-' ? -minor : minor,
    reference: cell('reference') || null,
    text: cell('text').replace(/\s+/g, ' '),
    ...{ name: cell('name') || null, account: cell('account') || null },
  }
}

function isoText(text: string, format: string, line: number): string {
  const marks = format.replaceAll(/[.]/g, '\\.').replace('YYYY', '(?<y>\\d{4})').replace('YY', '(?<y>\\d{2})')
  const match = new RegExp(`^${marks.replace('MM', '(?<m>\\d{2})').replace('DD', '(?<d>\\d{2})')}$`).exec(
    text,
  )
  const { y = '', m = '', d = '' } = match?.groups ?? {}
  if (!match) throw StatementInvalid({ line, problem: `"${text}" is not a day such as ${format}` })
  return `${y.length === 2 ? `20${y}` : y}-${m}-${d}`
}

/** Fields in quotes may hold the delimiter, doubled quotes and ends of lines. */
export function rowsOf(source: string, delimiter: string): Row[] {
  const text = source.replace(/^\uFEFF/, '')
  const rows: Row[] = []
  let row: Row = { line: 1, cells: [] }
  let [cell, quoted, line] = ['', false, 1]
  const end = () => {
    row.cells.push(cell)
    rows.push(row)
    row = { line: line + 1, cells: [] }
    cell = ''
  }
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]!
    if (quoted && sign === '"' && text[i + 1] === '"') [cell, i] = [`${cell}"`, i + 1]
    else if (sign === '"' && (quoted || cell === '')) quoted = !quoted
    else if (!quoted && sign === delimiter) {
      row.cells.push(cell)
      cell = ''
    } else if (!quoted && sign === '\n') end()
    else if (quoted || sign !== '\r') cell += sign
    if (sign === '\n') line++
  }
  if (quoted) throw StatementInvalid({ line: row.line, problem: 'a quote is not closed' })
  if (cell !== '' || row.cells.length > 0) end()
  return rows
}
