// Isolate life: a stack that overflows is an error of the plugin.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: recursion without end, plain or through proxies, ends as an error inside', async () => {
  const code = `
    const seen = []
    try { const again = () => again() + 1; again() } catch (error) { seen.push(error.name) }
    let chain = {}
    for (let i = 0; i < 100_000; i++) chain = new Proxy(chain, {})
    try { void chain.x } catch (error) { seen.push(error.name) }
    return seen.join(' ')`
  await attack('stack-overflow', { code }, ({ report }) => assert.equal(report, 'RangeError RangeError'))
})
