// Limits: requests of one call, and of an instance within 24 hours over all its calls.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report } from '../plugins/support/setup.ts'
import { attackByWriting } from './write-attack.ts'

test('rule: a flood of requests ends at the budget of the call, then at that of the day', async () => {
  const code = `const answers = []
    for (let i = 0; i < 4; i++) answers.push(await ask('client.write:note', 'cli_a', 'n' + Math.random(), { body: 'x' }))
    return answers.join()`
  const what = { code, data: ['client.write:note:all'], limits: { writes: 3, writes_a_day: 5 } }
  await attackByWriting('write-flood', what, async ({ report: first, bench, instance }, { count }) => {
    assert.equal(first, 'done,done,done,E_LIMIT')
    assert.equal(await report(bench, instance), 'done,done,E_LIMIT,E_LIMIT')
    assert.equal(await count('client_notes'), 5)
    assert.equal(await count('plugin_requests'), 5)
  })
})
