// Rule 4, money: what takes money waits for a person, whatever the plugin says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attackByWriting } from './write-attack.ts'

test('rule: without a grant nothing that takes money goes through, and no word of the plugin approves it', async () => {
  const code = `const item = { description: 'x', amount: { minor: '1', currency: 'EUR' } }
    const answers = []
    for (const more of [{}, { approved: true }, { status: 'approved' }, { timing: 'now' }, { decided_by: 'usr_staff' }])
      answers.push(await ask('client.write:billable_item', 'cli_a', 'w' + answers.length, { ...item, ...more }))
    return answers.join()`
  const what = { code, data: ['client.write:billable_item:all'] }
  await attackByWriting('write-without-staff', what, async ({ report }, { count }) => {
    assert.equal(report, 'waiting,E_INVALID,E_INVALID,E_INVALID,E_INVALID')
    assert.equal(await count('billable_items'), 0)
  })
})
