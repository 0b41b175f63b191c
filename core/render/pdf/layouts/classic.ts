import { drawRows, drawStack, PLAIN_TABLE } from '../blocks.ts'
import { asInk } from '../colours.ts'
import { footOf, lineFoot, sellerLines } from '../foot.ts'
import type { Letter } from '../heading.ts'
import { SOFT, type Look, type Sheet } from '../sheet.ts'
import { belowWindow, besideWindow, drawWindow } from '../window.ts'
import type { Layout } from './layout.ts'

const FACTS = 200
const LOGO = 44

/** Black on white: the seller at one side, what the paper is at the other. */
export const classic: Layout = {
  base: 9,
  margin: { start: 54, end: 54, top: 54, bottom: 54 },
  table: () => PLAIN_TABLE,
  total: 'rule',
  head(sheet, letter) {
    letterhead(sheet, letter)
    parties(sheet, letter)
    amount(sheet, letter)
  },
  foot: (letter) => footOf(letter, (own) => lineFoot(own, sellerLines(own))),
}

/** With a logo at the end, the title stands below it. */
function letterhead(sheet: Sheet, letter: Letter): void {
  const { heading, style } = letter
  const half = sheet.width / 2 - 12
  const x = sheet.width - half
  const top = sheet.y
  const logo = { start: 0, end: 0 }
  if (style.logo) {
    const area = { x: style.logoPlace === 'start' ? 0 : x, y: top - 10, width: half, height: LOGO }
    sheet.image(style.logo, area, style.logoPlace)
    logo[style.logoPlace] = LOGO
  }
  const { seller } = heading
  const soft: Look = { size: 8, colour: SOFT }
  // Above a window there is room for two lines at most.
  const address = style.address === 'window' ? [seller.addressLines.join(' · ')] : seller.addressLines
  const left = drawStack(
    sheet,
    [
      [seller.name, { size: logo.start > 0 ? 10 : 12.5, weight: 'bold' }],
      ...address.map((line) => [line, soft] as const),
    ],
    { x: 0, y: top + logo.start, width: half },
  )
  let right = logo.end
  const box = { x, width: half, align: 'end' } as const
  sheet.tag('H1', () => {
    right += sheet.text(heading.title, { ...box, y: top - 5 + right, size: 21, weight: 'bold' })
    right += sheet.text(heading.number, { ...box, y: top - 5 + right, size: 10, colour: SOFT })
  })
  sheet.y += Math.max(left + logo.start, right) + 30
}

/** Buyer at the start; numbers and days at the end. */
function parties(sheet: Sheet, letter: Letter): void {
  const { to, facts } = letter.heading
  const place = { x: sheet.width - FACTS, width: FACTS }
  if (letter.style.address === 'window') {
    sheet.y = Math.max(sheet.y, besideWindow(letter))
    drawWindow(sheet, letter)
    drawRows(sheet, [...facts, ...(to.fact ? [to.fact] : [])], place)
    sheet.y = Math.max(sheet.y, belowWindow(letter)) + 24
    return
  }
  const [name = '', ...rest] = to.lines
  const own = to.fact ? [`${to.fact.label} ${to.fact.value}`] : []
  const top = sheet.y
  const left = drawStack(
    sheet,
    [
      [to.label, { size: 7.8, colour: SOFT }],
      [name, { weight: 'bold', size: 10 }],
      ...[...rest, to.country, ...own].map((line) => [line] as const),
    ],
    { x: 0, y: top, width: sheet.width / 2 - 12 },
  )
  drawRows(sheet, facts, place)
  sheet.y = Math.max(top + left, sheet.y) + 30
}

function amount(sheet: Sheet, { heading, style }: Letter): void {
  const { amount: text, link } = heading
  const box = { x: 0, width: sheet.width }
  if (text) {
    sheet.tag('P', () => (sheet.y += sheet.text(text, { ...box, y: sheet.y, size: 15, weight: 'bold' })))
  }
  if (link) {
    const look = { ...box, y: sheet.y + 2, colour: asInk(style.accent), link: link.url }
    sheet.tag('Link', () => (sheet.y += sheet.text(link.text, look) + 2))
  }
  sheet.y += 22
}
