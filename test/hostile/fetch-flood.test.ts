// Limits: 50 fetches a call, 6 at once, counted in core.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLoopback } from '../plugins/support/loopback.ts'
import { attack } from './hostile.ts'

test('rule: the seventh fetch at once and the fifty-first of a call do not leave', async () => {
  const outside = await openLoopback((_request, response) => void setTimeout(() => response.end('ok'), 20))
  try {
    const code = `
      const one = () => fetch('https://api.example.com/').then(() => 'sent', (error) => error.message)
      const answers = await Promise.all(Array.from({ length: 12 }, one))
      for (let i = 0; i < 60; i++) answers.push(await one())
      const count = (text) => answers.filter((answer) => answer === text).length
      return [count('sent'), count('Too many of "fetch" at once.'), count('Too many of "fetch" in one call.')].join(' ')`
    const manifest = { permissions: { network: [{ host: 'api.example.com' }] } }
    const means = { outbound: { 'api.example.com': outside.origin } }
    await attack('fetch-flood', { code, manifest, means, deadlineMs: 20_000 }, ({ report }) => {
      assert.equal(report, '44 6 22')
      assert.equal(outside.seen.length, 44)
    })
  } finally {
    outside.close()
  }
})
