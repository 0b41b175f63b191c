import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { unwrittenRefusals } from '../../core/http/webhooks/unwritten-refusals.ts'

test('refusals that are not written down are counted in one line of the log for each instance', async () => {
  const said: object[] = []
  const count = unwrittenRefusals({ warn: (facts: object) => void said.push(facts) } as never, 5)
  for (let n = 0; n < 300; n++) count('plg_a')
  count('plg_b')
  assert.deepEqual(said, [])
  await wait(50)
  assert.deepEqual(said, [
    { instance: 'plg_a', refused: 300 },
    { instance: 'plg_b', refused: 1 },
  ])
  count('plg_a')
  await wait(50)
  assert.deepEqual(said[2], { instance: 'plg_a', refused: 1 })
})
