// Rule 4, money: an amount is a text of minor units above zero, and never as much as a plugin likes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attackByWriting } from './write-attack.ts'

test('rule: amounts of 1e9, below zero, of zero, in fractions, as numbers or in words are refused', async () => {
  const code = `const answers = []
    for (const minor of ['1000000000', '-100', '0', '00100', '1.5', '1e3', ' 100', '0x10', '١٠٠', '', 100, 1e9, -1, null, ['100'], { minor: '100' }])
      answers.push(await ask('client.write:billable_item', 'cli_a', 'a' + answers.length, { description: 'x', amount: { minor, currency: 'EUR' } }))
    return answers.join()`
  const what = { code, data: ['client.write:billable_item:all'], limits: { writes: 20 } }
  await attackByWriting('write-odd-amount', what, async ({ report }, { count }) => {
    assert.equal(report, Array(16).fill('E_INVALID').join())
    assert.equal(await count('plugin_requests'), 0)
  })
})
