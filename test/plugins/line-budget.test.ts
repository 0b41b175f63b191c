import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLineBudget } from '../../core/plugins/line-budget.ts'
import type { PluginIncident } from '../../core/plugins/index.ts'

function openBudget() {
  const clock = { ms: 0 }
  const told: PluginIncident[] = []
  const waiting: { run: () => void; ms: number }[] = []
  const budget = createLineBudget({
    steadyMs: () => clock.ms,
    log: { line: () => undefined, incident: (one) => void told.push(one) },
    later: (run, ms) => void waiting.push({ run, ms }),
  })
  const admit = (count: number, stands?: number) =>
    Array.from({ length: count }, () => budget.admit('plg_1', stands)).filter(Boolean).length
  return { clock, told, waiting, budget, admit }
}

test('what is beyond 300 a minute is told when the minute is over, though no further line comes', () => {
  const { clock, told, waiting, admit } = openBudget()
  assert.equal(admit(300), 300)
  assert.equal(waiting.length, 0)
  clock.ms = 20_000
  assert.equal(admit(7), 0)
  assert.equal(admit(1, 50), 0)
  assert.deepEqual([waiting.map(({ ms }) => ms), told], [[40_000], []])
  const [end] = waiting
  end!.run()
  assert.deepEqual(told, [{ kind: 'lines_dropped', instance: 'plg_1', detail: '57 lines were dropped.' }])
  end!.run()
  assert.equal(told.length, 1)
})

test('a minute that ends by a further line is told once, and the next one begins anew', () => {
  const { clock, told, waiting, admit } = openBudget()
  admit(301)
  clock.ms = 60_000
  assert.equal(admit(300), 300)
  waiting[0]!.run()
  assert.deepEqual(
    told.map(({ detail }) => detail),
    ['1 lines were dropped.'],
  )
})

test('what was dropped is told at the end of the process', () => {
  const { told, budget, admit } = openBudget()
  admit(310)
  budget.stop()
  budget.stop()
  assert.deepEqual(
    told.map(({ detail }) => detail),
    ['10 lines were dropped.'],
  )
})
