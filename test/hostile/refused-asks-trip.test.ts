// Permissions: a refused question counts as a fault, and five of them pause the plugin.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureName } from '../../core/plugins/index.ts'
import { report } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

test('rule: a plugin that keeps asking for what it may not have rests after five calls, and its neighbour does not', async () => {
  const code = `await fetch('https://evil.example.org/').catch(() => undefined); return 'harmless'`
  await attack('refused-asks-trip', { code }, async ({ report: first, bench, instance }) => {
    const ends = [first]
    for (let i = 0; i < 5; i++) ends.push(await report(bench, instance).catch(failureName))
    assert.deepEqual(ends, [...Array<string>(5).fill('harmless'), 'E_TRIPPED'])
  })
})
