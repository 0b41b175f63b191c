// When it fails, 3: not settled 250 ms after its end, the process is poisoned and killed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { attack } from './hostile.ts'

test('rule: what the engine cannot interrupt is killed; the caller has its error at the deadline', async () => {
  const code = 'return Array.prototype.indexOf.call({ length: 2 ** 40 }, 1)'
  await attack('uninterruptible', { code, deadlineMs: 1_000 }, async ({ failure, tookMs, bench }) => {
    assert.equal(failure, 'E_TIMEOUT')
    assert.ok(tookMs < 1_200, `took ${tookMs} ms`)
    while (!bench.incidents.some(({ kind }) => kind === 'host_lost')) await wait(10)
    assert.deepEqual(
      bench.incidents.filter(({ kind }) => kind === 'host_lost').map(({ detail }) => detail),
      ['all: an isolate could not be stopped'],
    )
  })
})
