import { covers } from '../kernel/index.ts'

/** The patterns that both lists cover: what a key may do for its user, "*.read" of "invoice.*" is "invoice.read". */
export function intersect(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set(a.flatMap((left) => b.flatMap((right) => meet(left, right) ?? [])))]
}

function meet(a: string, b: string): string | null {
  if (covers([a], b)) return b
  if (covers([b], a)) return a
  const [noun, verb] = a.startsWith('*.') ? [b, a] : [a, b]
  return noun.endsWith('.*') && verb.startsWith('*.') ? noun.slice(0, -2) + verb.slice(1) : null
}
