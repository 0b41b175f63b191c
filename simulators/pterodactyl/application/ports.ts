/** First and last port, both included; null when the text is neither a port nor a range. */
export function readPorts(text: string): { first: number; last: number } | null {
  if (/^\d+$/.test(text)) return { first: Number(text), last: Number(text) }
  const [, first, last] = /^(\d{4,5})-(\d{4,5})$/.exec(text) ?? []
  return first && last ? { first: Number(first), last: Number(last) } : null
}

/** Most ports of one range. */
export const RANGE_LIMIT = 1000
