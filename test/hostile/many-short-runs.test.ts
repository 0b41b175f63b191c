// Limits: CPU is counted over the whole call, not only over one run.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: runs of 200 ms each, one after the other, end at two seconds of CPU', async () => {
  const code = `for (;;) {
      const until = performance.now() + 200
      while (performance.now() < until);
      await new Promise((done) => setTimeout(done, 1))
    }`
  await attack('many-short-runs', { code, deadlineMs: 60_000 }, ({ failure, message }) => {
    assert.equal(failure, 'E_TIMEOUT')
    assert.match(message ?? '', /CPU 2000 ms/)
  })
})
