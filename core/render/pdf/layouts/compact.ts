import { drawStack, type TableLook } from '../blocks.ts'
import { asInk } from '../colours.ts'
import { footOf, lineFoot, sellerLines } from '../foot.ts'
import type { Letter } from '../heading.ts'
import { INK, SOFT, type Look, type Sheet } from '../sheet.ts'
import { belowWindow, drawWindow } from '../window.ts'
import type { Layout } from './layout.ts'

const LOGO = { width: 130, height: 30 }

/** Small type and narrow margins, for papers of many lines; facts in one row. */
export const compact: Layout = {
  base: 7.8,
  margin: { start: 40, end: 40, top: 40, bottom: 36 },
  table: (): TableLook => ({ padding: 3.5, foot: 2.5, gap: 14, inset: 0, headColour: SOFT }),
  total: 'rule',
  head(sheet, letter) {
    title(sheet, letter)
    if (letter.style.address === 'window') window(sheet, letter)
    else buyer(sheet, letter)
    facts(sheet, letter)
    amount(sheet, letter)
  },
  foot: (letter) => footOf(letter, (own) => lineFoot(own, sellerLines(own))),
}

/** Who and what in one line over a rule of the colour. */
function title(sheet: Sheet, { heading, style }: Letter): void {
  const { seller } = heading
  const half = sheet.width / 2 - 8
  const top = sheet.y
  const sides = { start: 0, end: sheet.width - half }
  if (style.logo) {
    const x = style.logoPlace === 'start' ? 0 : sheet.width - LOGO.width
    sheet.image(style.logo, { x, y: top - 8, ...LOGO }, style.logoPlace)
  }
  const soft: Look = { size: 7, colour: SOFT }
  const drop = { start: 0, end: 0 }
  if (style.logo) drop[style.logoPlace] = LOGO.height - 4
  const address = seller.addressLines.join(' · ')
  const left = drawStack(
    sheet,
    [
      [seller.name, { size: 10.5, weight: 'bold' }],
      [address, soft],
    ],
    {
      ...{ x: sides.start, y: top + drop.start, width: half },
    },
  )
  const box = { x: sides.end, width: half, align: 'end' } as const
  let right = drop.end
  sheet.tag('H1', () => {
    right += sheet.text(heading.title, { ...box, y: top + right, size: 13, weight: 'bold' })
    right += sheet.text(heading.number, { ...box, y: top + right, size: 8, colour: SOFT })
  })
  sheet.y += Math.max(left + drop.start, right) + 5
  sheet.rule(sheet.y, { thickness: 1.6, colour: style.accent })
  sheet.y += 12
}

function window(sheet: Sheet, letter: Letter): void {
  drawWindow(sheet, letter)
  sheet.y = Math.max(sheet.y, belowWindow(letter))
}

function buyer(sheet: Sheet, { heading: { to } }: Letter): void {
  const [name = '', ...rest] = to.lines
  sheet.y += drawStack(
    sheet,
    [
      [to.label, { size: 6.8, colour: SOFT }],
      [name, { weight: 'bold', size: 8.6 }],
      ...[...rest, to.country].map((line) => [line] as const),
    ],
    { x: 0, y: sheet.y, width: sheet.width / 2 },
  )
  sheet.y += 10
}

/** Labels above their values, side by side. */
function facts(sheet: Sheet, { heading }: Letter): void {
  const { facts: rows, to } = heading
  const all = [...rows, ...(to.fact ? [to.fact] : [])]
  const width = (sheet.width - 12 * (all.length - 1)) / all.length
  let height = 0
  all.forEach(({ label, value }, i) => {
    const lines = [
      [label, { size: 6.8, colour: SOFT }],
      [value, { weight: 'bold', colour: INK }],
    ] as const
    height = Math.max(height, drawStack(sheet, lines, { x: i * (width + 12), y: sheet.y, width }))
  })
  sheet.y += height + 6
  sheet.rule(sheet.y)
  sheet.y += 9
}

function amount(sheet: Sheet, { heading, style }: Letter): void {
  const { amount: text, link } = heading
  if (!text) return
  const linked = link ? sheet.measure(link.text) + 6 : 0
  const width = sheet.width - linked
  let height = 0
  sheet.tag('P', () => {
    height = sheet.text(text, { x: 0, y: sheet.y, width, size: 10, weight: 'bold' })
  })
  if (link) {
    const box = { x: width, y: sheet.y + 2.5, width: linked, align: 'end' as const }
    const look = { ...box, colour: asInk(style.accent), link: link.url }
    sheet.tag('Link', () => void sheet.text(link.text, look))
  }
  sheet.y += height + 8
}
