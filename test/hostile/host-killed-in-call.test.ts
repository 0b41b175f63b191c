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
    const { sends } = context.settings
    if (sends === 'POST') await fetch('https://api.example.com/charge', { method: 'POST', body: 'a' })
    if (sends === 'GET') await fetch('https://api.example.com/?do=charge&key=' + context.secret.header('key'))
    if (sends === 'look') await fetch('https://api.example.com/?do=look')
    return Array.prototype.indexOf.call({ length: 2 ** 40 }, 1)`
  const permissions = {
    network: [{ host: 'api.example.com', query_secrets: ['key'] }],
    secrets: [{ name: 'key' }],
  }
  const settings = { type: 'object', properties: { key: { type: 'string', secret: true } } }
  const manifest = { permissions, settings, limits: { isolates: 1 } }
  const means = { outbound: { 'api.example.com': outside.origin } }
  try {
    await attack(
      'host-killed-in-call',
      { code, manifest, means, deadlineMs: 600, secretValues: { key: 'k' } },
      async ({ failure, bench, instance }) => {
        assert.equal(failure, 'E_TIMEOUT')
        for (const [sends, unknown] of [
          ['POST', true],
          ['GET', true],
          ['look', false],
        ] as const) {
          const sending = { ...instance, settings: { sends } }
          const lost = report(bench, sending, 20_000).catch((error: unknown) => error)
          while (outside.seen.length === 0) await wait(20)
          // The newest is its own; the neighbour's goes on.
          const { hosts } = await bench.plugins.health()
          process.kill(hosts.at(-1)!.pid!, 'SIGKILL')
          const error = await lost
          assert.deepEqual([failureName(error), outcomeUnknown(error)], ['E_HOST_LOST', unknown], sends)
          outside.seen.length = 0
          bench.plugins.forgive(instance.plugin.manifest.id)
        }
      },
    )
  } finally {
    outside.close()
  }
})
