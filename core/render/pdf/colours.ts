import { INK } from './sheet.ts'

const channels = (colour: string): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))

/** Relative luminance as WCAG 2 defines it. */
export function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((channel) => {
    const share = channel / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** White and the colour can be read on each other (4.5 : 1). */
const goesWithWhite = (colour: string): boolean => 1.05 / (luminance(colour) + 0.05) >= 4.5

/** For words on the colour. */
export const onColour = (colour: string): string => (goesWithWhite(colour) ? '#ffffff' : INK)

/** The colour itself for words on white, our ink where it is too pale. */
export const asInk = (colour: string): string => (goesWithWhite(colour) ? colour : INK)

/** The colour mixed with white. */
export const tint = (colour: string, share: number): string =>
  `#${channels(colour)
    .map((channel) =>
      Math.round(255 - (255 - channel) * share)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`
