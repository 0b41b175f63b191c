// Bridge rule 4: of an error only its message crosses.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: neither the stack nor other fields of an error reach core', async () => {
  const code = `throw Object.assign(new Error('short'), { stack: 'at /etc/passwd', code: 'E_DENIED', cause: 'x' })`
  await attack('error-stack', { code }, async ({ failure, message, bench }) => {
    assert.equal(failure, 'E_PLUGIN')
    assert.match(message ?? '', /gateway\.test_connection: short$/)
    assert.deepEqual(
      bench.incidents.map(({ frames }) => frames),
      [undefined],
    )
  })
})

test('rule: where it was thrown is told to nobody but who develops it', async () => {
  const code = `throw new Error('short')`
  const frames: unknown[] = []
  for (const stacks of [false, true])
    await attack('error-stack', { code, means: { stacks: Promise.resolve(stacks) } }, ({ bench }) => {
      frames.push(...bench.incidents.map((one) => one.frames?.[0] ?? 'none'))
    })
  assert.deepEqual([frames.length, frames[0]], [2, 'none'])
  assert.match(String(frames[1]), /plugin\.js:\d+:\d+/)
})
