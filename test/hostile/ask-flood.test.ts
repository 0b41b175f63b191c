// Limits: 16 questions at once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: 16 questions at once, 200 a call; more are refused inside', async () => {
  const code = `
    const asked = []
    for (let i = 0; i < 1_000; i++) asked.push(fetch('https://api.example.com/').then(() => 'sent', (e) => e.message))
    const answers = await Promise.all(asked)
    return answers.filter((text) => /at once|in one call/.test(text)).length + ' refused'`
  await attack('ask-flood', { code }, ({ report }) => assert.equal(report, '984 refused'))
})
