import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engines, makeDatabase, type Engine } from '../support/databases.ts'
import { firstDifference } from './compare.ts'
import type { Manner } from './engine.ts'
import { PLAIN, type History, type ModelShop, type Step } from './history.ts'
import { Model } from './model.ts'
import { sheetOfModel } from './sheet.ts'

export const prices = {
  '7d': [100, 0, 0],
  '1m': [400, 0, 0],
  '3m': [1_100, 0, 0],
  '1y': [4_000, 0, 0],
} satisfies ModelShop['plans'][number]['prices']

const shop = (of: Partial<ModelShop> = {}): ModelShop => ({
  ...{
    currency: 'EUR',
    inclusive: false,
    cashStep: 0,
    plans: [
      { ppm: 190_000, prices },
      { ppm: 70_000, prices },
    ],
  },
  ...{ leadDays: 7, suspendAfter: 5, terminateAfter: 60, separate: false },
  unused: 'credit',
  ...PLAIN,
  ...{ percent: { ppm: 500_000, cycles: 1 }, fixed: { minor: 30, cycles: 1 } },
  ...of,
})

export const order = (cycle: string, of: Partial<Extract<Step, { do: 'order' }>> = {}): Step => ({
  ...{ do: 'order', plan: 0, cycle, memory: 1, units: 1, coupon: null },
  ...of,
})
export const change = (of: Partial<Extract<Step, { do: 'change' }>>): Step => ({
  ...{ do: 'change', which: 0, plan: 0, cycle: null, memory: null },
  ...of,
})
export const payNth = (which: number): Step => ({ do: 'pay', which, tenths: 10 })
export const pay = payNth(0)
export const cancel: Step = { do: 'cancel', which: 0, at: 'end' }
export const keep: Step = { do: 'keep', which: 0 }
export const wait = (days: number): Step => ({ do: 'wait', days })

export interface Worked {
  name: string
  of?: Partial<ModelShop>
  /** 2026-01-31 without. */
  startsOn?: string
  steps: Step[]
  /** Lines of the sheet in the end. */
  told?: string[]
}

/** On PostgreSQL each one takes several times as long. */
const manners = { sqlite: ['calm', 'repeated'], postgres: ['repeated'] } satisfies Record<Engine, Manner[]>

/** Tests that the model tells what was worked out by hand, and the engine what the model does. */
export function tellWorked(worked: readonly Worked[]): void {
  for (const engine of engines)
    for (const { name, of, startsOn = '2026-01-31', steps, told = [] } of worked)
      test(`${name} (${engine})`, async () => {
        const history: History = { startsOn, shop: shop(of), steps }
        const model = new Model(history)
        for (const step of steps) model.take(step)
        const sheet = sheetOfModel(model)
        for (const line of told) assert.ok(sheet.includes(line), `${line} in\n${sheet.join('\n')}`)
        for (const manner of manners[engine]) {
          const { db, remove } = await makeDatabase(engine)
          try {
            assert.equal(await firstDifference(db, history, manner), null)
          } finally {
            await remove()
          }
        }
      })
}
