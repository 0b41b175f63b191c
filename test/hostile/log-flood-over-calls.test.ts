// Limits: 300 lines a minute, over all calls.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

test('rule: lines beyond 300 a minute are dropped, and counted when the minute is over', async () => {
  let now = 0
  const code = `for (let i = 0; i < 50; i++) console.log(i); return 'done'`
  await attack(
    'log-flood-over-calls',
    { code, means: { steadyMs: () => now } },
    async ({ bench, instance }) => {
      for (let i = 0; i < 7; i++) await report(bench, instance)
      assert.equal(bench.lines.length, 300)
      assert.deepEqual(bench.incidents, [])
      now += 60_000
      await report(bench, instance)
      assert.deepEqual(
        bench.incidents.map(({ kind, detail }) => [kind, detail]),
        [['lines_dropped', '100 lines were dropped.']],
      )
    },
  )
})
