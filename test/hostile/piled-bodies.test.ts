// Limits: bodies that came in parts wait for their requests in core; no more of them than there are requests at once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: bodies whose requests are given up do not pile up in core', async () => {
  const code = `
    const answers = []
    for (let i = 0; i < 10; i++) {
      const given = new AbortController()
      const sent = fetch('https://api.example.com/', { method: 'POST', body: 'a'.repeat(1_048_576), signal: given.signal })
      given.abort()
      answers.push(await sent.catch((error) => error.code + ' ' + error.message))
    }
    return [answers.filter((one) => !one.startsWith('E_LIMIT')).length, answers[9]].join(' ')`
  const manifest = { permissions: { network: [{ host: 'api.example.com' }] } }
  await attack('piled-bodies', { code, manifest, deadlineMs: 10_000 }, ({ report }) =>
    assert.equal(report, '6 E_LIMIT More than 6 whole bodies wait for their requests.'),
  )
})
