const LENGTH_MAX = 60
const STEPS_MAX = 3

/** The known word that was probably meant: few letters differ, and less than half of them. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > LENGTH_MAX) return undefined
  let best: { name: string; steps: number } | undefined
  for (const name of known) {
    const longest = Math.max(name.length, word.length)
    if (Math.abs(name.length - word.length) > STEPS_MAX || longest > LENGTH_MAX) continue
    const steps = stepsBetween(word.toLowerCase(), name.toLowerCase())
    if (steps <= STEPS_MAX && steps * 2 < longest && steps < (best?.steps ?? Infinity)) best = { name, steps }
  }
  return best?.name
}

/** How many letters to add, drop, change, or swap with their neighbour. */
function stepsBetween(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        last[j]! + 1,
        row[j - 1]! + 1,
        last[j - 1]! + same,
        swapped ? before[j - 2]! + 1 : Infinity,
      )
    }
    before = last
    last = row
  }
  return last[b.length]!
}
