import { verifyBooks } from '../../core/billing/index.ts'
import type { Db } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { differences } from '../story/compare.ts'
import { textOf } from './calendar.ts'
import { openPlayer } from './engine.ts'
import type { History } from './history.ts'
import { Model } from './model.ts'
import { sheetOfEngine, sheetOfModel } from './sheet.ts'

/** Lives a history in the model and in the engine, and answers the first difference in words; null when there is none. */
export async function firstDifference(db: Db, history: History): Promise<string | null> {
  const model = new Model(history)
  const player = await openPlayer(db, history, 'model')
  for (const [n, step] of history.steps.entries()) {
    const told = `step ${n + 1}, ${JSON.stringify(step)}, on ${textOf(model.today)}`
    const wanted = model.take(step)
    const found = await player.take(step)
    if (wanted !== found) return `${told}: the model says it is ${wanted ? '' : 'not '}possible`
    const lines = differences(sheetOfModel(model), await sheetOfEngine(db))
    if (lines.length > 0) return [`${told}: - model, + engine`, ...lines].join('\n')
    if (player.house.trouble.length > 0) return [told, ...player.house.trouble].join('\n')
  }
  const findings = await verifyBooks(db, isoDate(textOf(model.today)))
  return findings.length > 0 ? `verify: ${JSON.stringify(findings)}` : null
}
