import { HAIR, INK, LEADING, SOFT, type Look, type Sheet } from './sheet.ts'

export interface Row {
  label: string
  value: string
  look?: Look
}

/** Labels and values in two columns, the values at the end edge. */
export function drawRows(sheet: Sheet, rows: readonly Row[], place: { x: number; width: number }): void {
  sheet.tag('Table', () => {
    for (const { label, value, look = {} } of rows) {
      const valueWidth = Math.min(sheet.measure(value, look), place.width * 0.7)
      sheet.tag('TR', () => {
        let height = 0
        const labelWidth = place.width - valueWidth - 10
        const soft = { colour: SOFT, ...look }
        sheet.tag('TH', () => {
          height = sheet.text(label, { ...soft, x: place.x, y: sheet.y, width: labelWidth })
        })
        sheet.tag('TD', () => {
          const box = { ...look, x: place.x + place.width - valueWidth, y: sheet.y, width: valueWidth }
          height = Math.max(height, sheet.text(value, { ...box, align: 'end' }))
        })
        sheet.y += height + 2
      })
    }
  })
}

export interface Column {
  label: string
  /** Columns of figures stand at the end edge and are as wide as their widest cell. */
  figures: boolean
}

export interface TableRow {
  cells: readonly string[]
  /** Stands under the first cell, small and soft. */
  note?: string
}

/** How a layout sets its tables; lengths are points. */
export interface TableLook {
  /** Above the text of a row, and below it. */
  padding: number
  foot: number
  /** Between columns, and at both ends of a row. */
  gap: number
  inset: number
  /** Behind the words of the head; a rule below them when absent. */
  headFill?: string
  headColour: string
  /** Behind every second row, which then has no rule. */
  stripe?: string
}

export const PLAIN_TABLE: TableLook = { padding: 7, foot: 4.5, gap: 16, inset: 0, headColour: SOFT }

/** Words of heads and notes, against the base of 9. */
const small = (sheet: Sheet): number => sheet.base - 1.2
/** A cell of more lines than this goes on in a further row, which may stand on the next page. */
const LINES_A_ROW = 36

interface Grid {
  sheet: Sheet
  columns: readonly Column[]
  widths: readonly number[]
  look: TableLook
}

/** A table whose head is repeated on each page; its first column takes what the figures leave. */
export function drawTable(
  sheet: Sheet,
  columns: readonly Column[],
  rows: readonly TableRow[],
  look: TableLook = PLAIN_TABLE,
): void {
  const grid: Grid = { sheet, columns, widths: columnWidths(sheet, columns, rows, look), look }
  sheet.keep(headHeight(grid) + rowHeight(grid, rows[0]))
  sheet.tag('Table', () => {
    sheet.tag('TR', () => drawHead(grid))
    rows
      .flatMap((row, i) => splitTall(grid, row).map((part) => ({ part, striped: i % 2 === 1 })))
      .forEach(({ part, striped }) => {
        const height = rowHeight(grid, part)
        if (sheet.y + height > sheet.bottom) {
          sheet.nextPage()
          sheet.artifact(() => drawHead(grid))
        }
        if (striped && look.stripe) fillRow(grid, height, look.stripe)
        sheet.tag('TR', () => drawRow(grid, part))
        sheet.y += height
        if (!look.stripe) sheet.rule(sheet.y, { colour: HAIR })
      })
    if (look.stripe) sheet.rule(sheet.y, { colour: HAIR })
  })
}

function columnWidths(
  sheet: Sheet,
  columns: readonly Column[],
  rows: readonly TableRow[],
  { gap, inset }: TableLook,
): number[] {
  const widths = columns.map(({ label, figures }, i) => {
    if (!figures) return 0
    const cells = rows.map((row) => sheet.measure(row.cells[i] ?? ''))
    return Math.max(sheet.measure(label, { size: small(sheet) }), ...cells)
  })
  const taken = widths.reduce((sum, width) => sum + (width > 0 ? width + gap : 0), 2 * inset)
  return widths.map((width, i) => (i === 0 ? sheet.width - taken : width))
}

const headHeight = ({ sheet, look }: Grid): number =>
  small(sheet) * LEADING + (look.headFill ? 2 * HEAD_PADDING : 7)
const HEAD_PADDING = 5

const fillRow = ({ sheet }: Grid, height: number, colour: string): void =>
  sheet.fill({ x: 0, y: sheet.y, width: sheet.width, height }, colour)

function drawHead(grid: Grid): void {
  const { sheet, columns, look } = grid
  const height = headHeight(grid)
  if (look.headFill) fillRow(grid, height, look.headFill)
  sheet.y += look.headFill ? HEAD_PADDING : 0
  drawCells(grid, (i) => {
    const { label, figures } = columns[i]!
    const align = figures ? 'end' : 'start'
    return { tag: 'TH', text: label, look: { size: small(sheet), colour: look.headColour, align } }
  })
  sheet.y += height - (look.headFill ? HEAD_PADDING : 0)
  if (!look.headFill) sheet.rule(sheet.y, { thickness: 0.9, colour: INK })
}

function drawRow(grid: Grid, row: TableRow): void {
  const { sheet, columns, look } = grid
  const top = sheet.y
  sheet.y += look.padding
  drawCells(grid, (i) => ({
    tag: 'TD',
    text: row.cells[i] ?? '',
    look: { align: columns[i]!.figures ? 'end' : 'start' },
    ...(i === 0 && row.note ? { note: row.note } : {}),
  }))
  sheet.y = top
}

interface Cell {
  tag: 'TH' | 'TD'
  text: string
  look: Look
  note?: string
}

function drawCells({ sheet, columns, widths, look: { gap, inset } }: Grid, cell: (i: number) => Cell): void {
  let x = inset
  columns.forEach((_, i) => {
    const { tag, text, look, note } = cell(i)
    const box = { x, width: widths[i]! }
    sheet.tag(tag, () => {
      const height = sheet.text(text, { ...look, ...box, y: sheet.y })
      if (note) sheet.text(note, { size: small(sheet), colour: SOFT, ...box, y: sheet.y + height + 1 })
    })
    x += widths[i]! + gap
  })
}

function rowHeight({ sheet, widths, look }: Grid, row: TableRow | undefined): number {
  if (!row) return 0
  const note = row.note ? sheet.height(row.note, widths[0]!, { size: small(sheet) }) + 1 : 0
  const text = sheet.height(row.cells[0] ?? '', widths[0]!) + note
  return Math.max(text, sheet.base * LEADING) + look.padding + look.foot
}

function splitTall({ sheet, widths }: Grid, row: TableRow): TableRow[] {
  const lines = sheet.lines(row.cells[0] ?? '', widths[0]!)
  if (lines.length <= LINES_A_ROW) return [row]
  const parts: TableRow[] = []
  for (let i = 0; i < lines.length; i += LINES_A_ROW) {
    const text = lines.slice(i, i + LINES_A_ROW).join('\n')
    parts.push(i === 0 ? { ...row, cells: [text, ...row.cells.slice(1)] } : { cells: [text] })
  }
  return parts
}

/** Text over the whole width that may go on on the next page. */
export function drawParagraph(sheet: Sheet, text: string, look: Look = {}): void {
  sheet.tag('P', () => {
    for (const line of sheet.lines(text, sheet.width, look)) {
      sheet.keep((look.size ?? sheet.base) * LEADING)
      sheet.y += sheet.text(line === '' ? ' ' : line, { ...look, x: 0, y: sheet.y, width: sheet.width })
    }
  })
}

/** Lines one below the other; answers their height. */
export function drawStack(
  sheet: Sheet,
  lines: readonly (readonly [text: string, look?: Look])[],
  place: { x: number; y: number; width: number },
): number {
  let { y } = place
  sheet.tag('P', () => {
    for (const [text, look] of lines) y += sheet.text(text, { ...look, ...place, y })
  })
  return y - place.y
}
