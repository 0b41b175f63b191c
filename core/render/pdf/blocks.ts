import { HAIR, INK, LEADING, SIZE, SOFT, type Look, type Sheet } from './sheet.ts'

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

const GAP = 16
const PADDING = 7
/** Below a row; its last line has space of its own. */
const FOOT = 4.5
const SMALL = 7.8
/** A cell of more lines than this goes on in a further row, which may stand on the next page. */
const LINES_A_ROW = 36

/** A table whose head is repeated on each page; its first column takes what the figures leave. */
export function drawTable(sheet: Sheet, columns: readonly Column[], rows: readonly TableRow[]): void {
  const widths = columnWidths(sheet, columns, rows)
  sheet.keep(headHeight() + rowHeight(sheet, widths, rows[0]))
  sheet.tag('Table', () => {
    sheet.tag('TR', () => drawHead(sheet, columns, widths))
    for (const row of rows.flatMap((whole) => splitTall(sheet, widths, whole))) {
      const height = rowHeight(sheet, widths, row)
      if (sheet.y + height > sheet.bottom) {
        sheet.nextPage()
        sheet.artifact(() => drawHead(sheet, columns, widths))
      }
      sheet.tag('TR', () => drawRow(sheet, columns, widths, row))
      sheet.y += height
      sheet.rule(sheet.y, { colour: HAIR })
    }
  })
}

function columnWidths(sheet: Sheet, columns: readonly Column[], rows: readonly TableRow[]): number[] {
  const widths = columns.map(({ label, figures }, i) => {
    if (!figures) return 0
    const cells = rows.map((row) => sheet.measure(row.cells[i] ?? ''))
    return Math.max(sheet.measure(label, { size: SMALL }), ...cells)
  })
  const taken = widths.reduce((sum, width) => sum + (width > 0 ? width + GAP : 0), 0)
  return widths.map((width, i) => (i === 0 ? sheet.width - taken : width))
}

const headHeight = (): number => SMALL * LEADING + PADDING

function drawHead(sheet: Sheet, columns: readonly Column[], widths: readonly number[]): void {
  drawCells(sheet, columns, widths, (i) => {
    const { label, figures } = columns[i]!
    const look: Look = { size: SMALL, colour: SOFT, align: figures ? 'end' : 'start' }
    return { tag: 'TH', text: label, look }
  })
  sheet.y += headHeight()
  sheet.rule(sheet.y, { thickness: 0.9, colour: INK })
}

function drawRow(sheet: Sheet, columns: readonly Column[], widths: readonly number[], row: TableRow): void {
  const top = sheet.y
  sheet.y += PADDING
  drawCells(sheet, columns, widths, (i) => ({
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

function drawCells(
  sheet: Sheet,
  columns: readonly Column[],
  widths: readonly number[],
  cell: (i: number) => Cell,
): void {
  let x = 0
  columns.forEach((_, i) => {
    const { tag, text, look, note } = cell(i)
    const box = { x, width: widths[i]! }
    sheet.tag(tag, () => {
      const height = sheet.text(text, { ...look, ...box, y: sheet.y })
      if (note) sheet.text(note, { size: SMALL, colour: SOFT, ...box, y: sheet.y + height + 1 })
    })
    x += widths[i]! + GAP
  })
}

function rowHeight(sheet: Sheet, widths: readonly number[], row: TableRow | undefined): number {
  if (!row) return 0
  const note = row.note ? sheet.height(row.note, widths[0]!, { size: SMALL }) + 1 : 0
  return Math.max(sheet.height(row.cells[0] ?? '', widths[0]!) + note, SIZE * LEADING) + PADDING + FOOT
}

function splitTall(sheet: Sheet, widths: readonly number[], row: TableRow): TableRow[] {
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
      sheet.keep((look.size ?? SIZE) * LEADING)
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
