import fc from 'fast-check'
import type { Db } from '../../core/db/index.ts'
import { firstDifference, toldHistory } from './compare.ts'
import { anyHistory, type History } from './history.ts'

export interface Checked {
  /** The seed of fast-check, to have the same histories again. */
  seed: number
  runs: number
  /** The shortest history that differs, with its difference; null when none does. */
  difference: string | null
}

/** Random histories, every other one disturbed. What differs is made as short as it can be. */
export async function checkHistories(of: {
  database: () => Promise<{ db: Db; remove(): Promise<void> }>
  runs: number
  seed?: number
}): Promise<Checked> {
  const manner = (history: History) => (history.steps.length % 2 === 0 ? 'calm' : 'disturbed')
  const property = fc.asyncProperty(anyHistory, async (history) => {
    const { db, remove } = await of.database()
    try {
      const difference = await firstDifference(db, history, manner(history))
      if (difference !== null) throw new Error(difference)
    } finally {
      await remove()
    }
  })
  const result = await fc.check(property, {
    numRuns: of.runs,
    ...(of.seed === undefined ? {} : { seed: of.seed }),
  })
  const told = result.failed
    ? [result.counterexample ? toldHistory(result.counterexample[0]) : '', String(result.errorInstance)].join(
        '\n',
      )
    : null
  return { seed: result.seed, runs: result.numRuns, difference: told }
}
