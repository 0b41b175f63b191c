import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { loadWritten, openBench, report, reporting } from './support/setup.ts'

const bench = openBench()
after(() => bench.plugins.stop())

test('an operation answers through the real plugin host', async () => {
  const instance = bench.instance(await loadWritten('round-trip', { code: reporting('return "hello"') }))
  const answer = await bench.plugins.call(instance, 'gateway', 'handle_event', {
    input: { body: 'payload', headers: {}, verified: true },
    deadlineMs: 10_000,
  })
  assert.deepEqual(answer, { facts: [{ fact: 'ignored', reason: 'payload' }] })
  assert.equal(await report(bench, instance), 'hello')
})
