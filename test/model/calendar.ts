/** The model's own days: whole numbers counted from 1970-01-01, and nothing of core's calendar. */
export type Day = number

export const dayOf = (text: string): Day =>
  Date.UTC(+text.slice(0, 4), +text.slice(5, 7) - 1, +text.slice(8, 10)) / 86_400_000
export const textOf = (day: Day): string => new Date(day * 86_400_000).toISOString().slice(0, 10)

/** The nth boundary of a cycle such as "7d", "1m", "1y": counted from the anchor each time, and in a month that is too short its last day. */
export function boundary(anchor: Day, cycle: string, n: number): Day {
  const count = Number(cycle.slice(0, -1)) * n
  if (cycle.endsWith('d')) return anchor + count
  if (cycle.endsWith('w')) return anchor + 7 * count
  const months = cycle.endsWith('y') ? 12 * count : count
  const at = new Date(anchor * 86_400_000)
  const wanted = at.getUTCDate()
  const first = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1))
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  return first.getTime() / 86_400_000 + Math.min(wanted, last) - 1
}
