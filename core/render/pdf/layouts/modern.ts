import { drawRows, drawStack, type TableLook } from '../blocks.ts'
import { asInk, onColour, tint } from '../colours.ts'
import { columnFoot, footOf, sellerColumns } from '../foot.ts'
import type { Letter } from '../heading.ts'
import { INK, SOFT, type Sheet } from '../sheet.ts'
import { belowWindow, besideWindow, drawWindow } from '../window.ts'
import type { Layout } from './layout.ts'

const BAND = 96
const PANEL = 214
const PAD = 12

/** A band of the brand's colour over the width of the sheet; facts and sums on tinted panels. */
export const modern: Layout = {
  base: 9,
  margin: { start: 54, end: 54, top: 48, bottom: 54 },
  table: ({ accent }): TableLook => ({
    ...{ padding: 7, foot: 5.5, gap: 16, inset: 9 },
    ...{ headFill: accent, headColour: onColour(accent), stripe: tint(accent, 0.05) },
  }),
  total: 'filled',
  head(sheet, letter) {
    band(sheet, letter)
    parties(sheet, letter)
    amount(sheet, letter)
  },
  foot(letter) {
    const fill = (sheet: Sheet, y: number) => {
      const area = { x: -sheet.margin.start, width: sheet.page.width }
      sheet.fill({ ...area, y, height: sheet.page.height - y }, tint(letter.style.accent, 0.07))
      sheet.fill({ ...area, y, height: 1.4 }, letter.style.accent)
    }
    return footOf(letter, (own) => columnFoot(own, sellerColumns(own), fill), fill)
  },
  next(sheet, { heading, style }) {
    sheet.fill({ x: -sheet.margin.start, y: 0, width: sheet.page.width, height: 12 }, style.accent)
    const said = `${heading.title} ${heading.number}`
    sheet.text(said, { x: 0, y: 24, width: sheet.width, size: 7, colour: SOFT })
  },
}

function band(sheet: Sheet, { heading, style }: Letter): void {
  const { accent, logo, logoPlace } = style
  const colour = onColour(accent)
  sheet.fill({ x: -sheet.margin.start, y: 0, width: sheet.page.width, height: BAND }, accent)
  const half = sheet.width / 2 - 12
  const sides = { start: 0, end: sheet.width - half }
  const brand = logo ? logoPlace : 'start'
  const other = brand === 'start' ? ('end' as const) : ('start' as const)
  if (logo) {
    // On white, so that a logo of any colour can be seen.
    const plate = { x: brand === 'start' ? 0 : sheet.width - 170, y: 18, width: 170, height: BAND - 36 }
    sheet.fill(plate, '#ffffff', 5)
    sheet.image(logo, { x: plate.x + 10, y: plate.y + 8, width: 150, height: plate.height - 16 }, brand)
  } else {
    const box = { x: 0, width: half, size: 16, weight: 'bold' as const, colour }
    const height = sheet.height(heading.seller.name, half, box)
    sheet.tag('P', () => void sheet.text(heading.seller.name, { ...box, y: (BAND - height) / 2 }))
  }
  const box = { x: sides[other], width: half, align: other, colour }
  sheet.tag('H1', () => {
    const height = sheet.text(heading.title, { ...box, y: 26, size: 20, weight: 'bold' })
    sheet.text(heading.number, { ...box, y: 26 + height, size: 10 })
  })
  sheet.y = BAND + 26
}

function parties(sheet: Sheet, letter: Letter): void {
  const { heading, style } = letter
  const { to } = heading
  const inWindow = style.address === 'window'
  const facts = [...heading.facts, ...(inWindow && to.fact ? [to.fact] : [])]
  const top = inWindow ? Math.max(sheet.y, besideWindow(letter) - PAD) : sheet.y
  const panel = { x: sheet.width - PANEL, y: top, width: PANEL }
  const height = panelHeight(sheet, facts.length)
  sheet.fill({ ...panel, height }, tint(style.accent, 0.07), 5)
  let left = 0
  if (inWindow) drawWindow(sheet, letter)
  else left = buyer(sheet, letter)
  sheet.y = top + PAD
  drawRows(sheet, facts, { x: panel.x + PAD, width: PANEL - 2 * PAD })
  const below = inWindow ? belowWindow(letter) : top + left
  sheet.y = Math.max(below, top + height) + 26
}

const panelHeight = (sheet: Sheet, rows: number): number => rows * (sheet.base * 1.45 + 2) + 2 * PAD - 2

function buyer(sheet: Sheet, { heading: { to }, style }: Letter): number {
  const [name = '', ...rest] = to.lines
  const own = to.fact ? [`${to.fact.label} ${to.fact.value}`] : []
  return drawStack(
    sheet,
    [
      [to.label, { size: 7.8, weight: 'bold', colour: asInk(style.accent) }],
      [name, { weight: 'bold', size: 11 }],
      ...[...rest, to.country, ...own].map((line) => [line] as const),
    ],
    { x: 0, y: sheet.y, width: sheet.width - PANEL - 24 },
  )
}

/** The sentence, marked by a bar of the colour at its start. */
function amount(sheet: Sheet, { heading, style }: Letter): void {
  const { amount: text, link } = heading
  if (!text) return
  const box = { x: 14, width: sheet.width - 14 }
  const height = sheet.height(text, box.width, { size: 16, weight: 'bold' })
  const linked = link ? sheet.height(link.text, box.width) + 2 : 0
  sheet.fill({ x: 0, y: sheet.y + 1, width: 4, height: height + linked }, style.accent, 2)
  sheet.tag('P', () => {
    const look = { size: 16, weight: 'bold' as const, colour: INK }
    sheet.y += sheet.text(text, { ...box, ...look, y: sheet.y })
  })
  if (link) {
    const look = { ...box, y: sheet.y + 2, colour: asInk(style.accent), link: link.url }
    sheet.tag('Link', () => (sheet.y += sheet.text(link.text, look) + 2))
  }
  sheet.y += 24
}
