// When it fails: a host lost while a request was under way leaves the outcome unknown.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { failureName, outcomeUnknown } from '../../core/plugins/index.ts'
import { openLoopback } from '../plugins/support/loopback.ts'
import { report } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

test('rule: of a charge that was sent nobody says that it failed; of one that was not, the outcome is known', async () => {
  const outside = await openLoopback(() => undefined)
  const code = `
    if (context.settings.sends) await fetch('https://api.example.com/charge', { method: 'POST', body: 'a' })
    return Array.prototype.indexOf.call({ length: 2 ** 40 }, 1)`
  const manifest = { permissions: { network: [{ host: 'api.example.com' }] }, limits: { isolates: 1 } }
  const means = { outbound: { 'api.example.com': outside.origin } }
  try {
    await attack(
      'host-killed-in-call',
      { code, manifest, means, deadlineMs: 600 },
      async ({ failure, bench, instance }) => {
        assert.equal(failure, 'E_TIMEOUT')
        const sending = { ...instance, settings: { sends: true } }
        const lost = report(bench, sending, 20_000).catch((error: unknown) => error)
        while (outside.seen.length === 0) await wait(20)
        for (const { pid } of (await bench.plugins.health()).hosts)
          if (pid !== undefined) process.kill(pid, 'SIGKILL')
        const error = await lost
        assert.deepEqual([failureName(error), outcomeUnknown(error)], ['E_HOST_LOST', true])
      },
    )
  } finally {
    outside.close()
  }
})
