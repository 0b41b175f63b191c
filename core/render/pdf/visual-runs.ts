import * as bidiModule from 'bidi-js'

// The package's types describe a module of another kind than the one that it is.
const bidi = (bidiModule.default as unknown as () => Bidi)()

interface Bidi {
  getEmbeddingLevels(text: string, base: 'auto'): { levels: Uint8Array }
  getReorderedIndices(text: string, embedding: { levels: Uint8Array }): number[]
  getMirroredCharacter(character: string): string | null
}

/** Text of one direction, in logical order. Runs of a line stand from left to right. */
export interface VisualRun {
  text: string
  rtl: boolean
}

const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff]|[\ud802-\ud803\ud83a-\ud83b]/
const STRONG_RIGHT =
  /[\u0590-\u065f\u066d-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]|[\ud802-\ud803\ud83a-\ud83b]/
/** Marks that steer the order and have no shape of their own. */
const CONTROLS = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff]/g

/** Cuts a line into runs and puts them in the order in which the eye meets them (UAX 9, rule L2). */
export function visualRuns(line: string): VisualRun[] {
  if (!RIGHT_TO_LEFT.test(line)) return keep([{ text: line, rtl: false }])
  const embedding = bidi.getEmbeddingLevels(line, 'auto')
  const order = bidi.getReorderedIndices(line, embedding)
  const runs: VisualRun[] = []
  for (let i = 0; i < order.length;) {
    const level = embedding.levels[order[i]!]!
    let end = i + 1
    while (end < order.length && follows(order, end, level) && embedding.levels[order[end]!] === level) end++
    runs.push(takeRun(line, order.slice(i, end), level % 2 === 1))
    i = end
  }
  return keep(runs)
}

const follows = (order: readonly number[], at: number, level: number): boolean =>
  order[at]! - order[at - 1]! === (level % 2 === 1 ? -1 : 1)

function takeRun(line: string, indexes: readonly number[], rtl: boolean): VisualRun {
  const text = line.slice(Math.min(...indexes), Math.max(...indexes) + 1)
  if (!rtl) return { text, rtl }
  const mirrored = [...text].map((character) => bidi.getMirroredCharacter(character) ?? character)
  // The shaper turns a run round when it sees Arabic or Hebrew in it; marks and spaces alone are turned here.
  return STRONG_RIGHT.test(text)
    ? { text: mirrored.join(''), rtl: true }
    : { text: mirrored.reverse().join(''), rtl: false }
}

function keep(runs: readonly VisualRun[]): VisualRun[] {
  return runs
    .map((run) => ({ ...run, text: run.text.replace(CONTROLS, '') }))
    .filter((run) => run.text !== '')
}
