/** Lines that two texts do not share, as "- expected" and "+ found", in the order of the texts. */
export function differences(expected: readonly string[], found: readonly string[]): string[] {
  const lengths = commonLengths(expected, found)
  const lines: string[] = []
  let [i, j] = [0, 0]
  while (i < expected.length || j < found.length) {
    if (i < expected.length && j < found.length && expected[i] === found[j]) {
      i++
      j++
    } else if (j >= found.length || (i < expected.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) {
      lines.push(`- ${expected[i++]}`)
    } else lines.push(`+ ${found[j++]}`)
  }
  return lines
}

/** [i][j]: how many lines the rests from i and from j share in order. */
function commonLengths(a: readonly string[], b: readonly string[]): number[][] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i]![j] =
        a[i] === b[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!)
  return lengths
}
