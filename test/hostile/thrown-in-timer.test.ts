// Bridge rule 6: nothing of a plugin leaves by being thrown, out of timers neither.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: an error whose message throws a getter that loops stays inside, and the call goes on', async () => {
  const code = `
    const trap = { get message() { for (;;); }, get name() { for (;;); }, get stack() { for (;;); } }
    const error = Object.defineProperty(new Error(), 'message', { get() { throw trap } })
    setTimeout(() => { throw error }, 1)
    new EventTarget().addEventListener('x', () => { throw error })
    await new Promise((done) => setTimeout(done, 30))
    return 'goes on'`
  await attack('thrown-in-timer', { code }, ({ report, bench }) => {
    assert.equal(report, 'goes on')
    assert.deepEqual(
      bench.lines.map(({ text }) => text),
      ['A timer threw: [object]'],
    )
  })
})
