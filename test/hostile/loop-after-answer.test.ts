// Isolate life: an answer leaves only when nothing runs any more.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a loop behind the answer fails its own call, not the next one', async () => {
  const code = `
    const later = (n) => { if (n === 0) for (;;); return Promise.resolve(n - 1).then(later) }
    void later(100)
    return 'answered'`
  await attack('loop-after-answer', { code }, ({ failure }) => assert.equal(failure, 'E_TIMEOUT'))
})
