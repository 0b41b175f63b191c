/** "40d", "12h", "2w" in milliseconds. */
export function parseSpan(text: string): number {
  const match = /^([1-9]\d{0,3})([hdw])$/.exec(text)
  if (!match) throw new RangeError(`"${text}" is not a span such as 12h, 40d or 6w.`)
  const unit = { h: DAY_MS / 24, d: DAY_MS, w: 7 * DAY_MS }[match[2] as 'h' | 'd' | 'w']
  return Number(match[1]) * unit
}

const DAY_MS = 86_400_000
