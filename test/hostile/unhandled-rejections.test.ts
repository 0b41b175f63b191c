// Isolate life: what a plugin leaves unhandled stays inside.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

test('rule: a rejection that nobody handles fails its own call and neither the host process nor the next call', async () => {
  const code = `
    globalThis.calls = (globalThis.calls ?? 0) + 1
    if (context.settings.leave) void Promise.reject({ get message() { return 'nobody' } })
    return String(globalThis.calls)`
  await attack(
    'unhandled-rejections',
    { code, settings: { leave: true } },
    async ({ failure, bench, instance }) => {
      assert.equal(failure, 'E_INVALID_RESULT')
      assert.equal(await report(bench, { ...instance, settings: {} }), '1')
      assert.deepEqual(
        bench.incidents.map(({ kind }) => kind),
        ['fault'],
      )
    },
  )
})
