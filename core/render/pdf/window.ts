import { drawStack } from './blocks.ts'
import type { Letter } from './heading.ts'
import { HAIR, SOFT, type Sheet } from './sheet.ts'

const MM = 72 / 25.4

/** The window of an envelope: DIN 5008 form B on A4, a number 10 envelope with a sheet folded in three on Letter. */
const WINDOWS = {
  A4: { left: 25 * MM, back: 57 * MM, address: 62.7 * MM, width: 80 * MM, height: 27.3 * MM },
  LETTER: { left: 63, back: 137, address: 150, width: 245, height: 66 },
} as const

/** Where the content may begin below the window, and beside it what informs. */
export const belowWindow = ({ style }: Letter): number => {
  const { address, height } = WINDOWS[style.paper]
  return address + height + 14
}
export const besideWindow = (letter: Letter): number => WINDOWS[letter.style.paper].back - 4

/** The address behind the window, the sender in small above it, and marks where an A4 sheet is folded. */
export function drawWindow(sheet: Sheet, { heading, style }: Letter): void {
  const { seller, to } = heading
  const window = WINDOWS[style.paper]
  const box = { x: window.left - sheet.margin.start, width: window.width }
  const back = [seller.name, ...seller.addressLines.slice(0, 3)].join(' · ')
  const size = Math.min(6.2, (6.2 * window.width) / sheet.measure(back, { size: 6.2 }))
  sheet.artifact(() => void sheet.text(back, { ...box, y: window.back, size, colour: SOFT }))
  sheet.rule(window.back + 9.5, { ...box, thickness: 0.4, colour: HAIR })
  // A letter within the country does not name it; one to abroad does, in capitals.
  const lines = to.domestic ? to.lines : [...to.lines, to.country.toUpperCase()]
  const fitting = Math.min(9.5, window.height / lines.length / 1.45)
  drawStack(
    sheet,
    lines.map((line) => [line, { size: fitting }] as const),
    { ...box, y: window.address },
  )
  if (style.paper === 'A4') for (const fold of [105, 210]) mark(sheet, fold * MM)
}

const mark = (sheet: Sheet, y: number): void =>
  sheet.rule(y, { x: 12 - sheet.margin.start, width: 11, thickness: 0.4, colour: '#9aa3b2' })
