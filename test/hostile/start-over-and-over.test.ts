// Limits: a plugin that does not start is paused like one that fails; it can blame no outside company.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureName } from '../../core/plugins/index.ts'
import { report } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

test('rule: a start that loops costs two seconds five times, not at each page', async () => {
  const source = `;(function again() { Promise.resolve().then(again) })()
    export default { gateway: () => ({}) }`
  await attack(
    'start-over',
    { source, deadlineMs: 20_000 },
    async ({ bench, instance, failure, message }) => {
      assert.equal(failure, 'E_PLUGIN')
      assert.match(message ?? '', /it did not start: Script execution timed out/)
      const ends = []
      for (let n = 0; n < 5; n++) ends.push(await report(bench, instance, 20_000).catch(failureName))
      assert.deepEqual(ends, ['E_PLUGIN', 'E_PLUGIN', 'E_PLUGIN', 'E_PLUGIN', 'E_TRIPPED'])
    },
  )
})
