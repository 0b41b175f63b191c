import { verifyBooks } from '../../core/billing/index.ts'
import type { Db } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { paidDays } from '../simulate/truths.ts'
import { differences } from '../story/compare.ts'
import { textOf } from './calendar.ts'
import { openPlayer, type Manner } from './engine.ts'
import type { History } from './history.ts'
import { Model } from './model.ts'
import { sheetOfEngine, sheetOfModel } from './sheet.ts'

/** Lives a history in the model and in the engine, and answers the first difference in words; null when there is none. */
export async function firstDifference(db: Db, history: History, manner: Manner): Promise<string | null> {
  const model = new Model(history)
  const { house, take } = await openPlayer(db, history, { manner, seed: JSON.stringify(history) })
  for (const [n, step] of history.steps.entries()) {
    const told = `step ${n + 1}, ${JSON.stringify(step)}, on ${textOf(model.today)}`
    const wanted = model.take(step)
    const found = await take(step)
    if (wanted !== found) return `${told}: the model says it is ${wanted ? '' : 'not '}possible`
    const lines = differences(sheetOfModel(model), await sheetOfEngine(db))
    if (lines.length > 0) return [`${told}: - model, + engine`, ...lines].join('\n')
    if (house.trouble.length > 0) return [told, ...house.trouble].join('\n')
  }
  const findings = await verifyBooks(db, isoDate(textOf(model.today)))
  const broken = [...findings.map((finding) => JSON.stringify(finding)), ...(await paidDays(db))]
  return broken.length > 0 ? broken.join('\n') : null
}

/** A history as a person reads it. */
export function toldHistory({ startsOn, shop, steps }: History): string {
  return [
    `from ${startsOn} in ${JSON.stringify(shop)}`,
    ...steps.map((step) => `  ${JSON.stringify(step)}`),
  ].join('\n')
}
