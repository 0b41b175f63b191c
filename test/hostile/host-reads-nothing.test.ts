// The three rooms, pipe: what waits in core for a host process is bounded.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { rogueHost } from './rogue-host.ts'

const MIB = 1024 * 1024

test('rule: a host process that reads nothing is killed before 160 MiB wait for it', async () => {
  let sent = 0
  const { lost } = await rogueHost(
    `pipe.pause(); setInterval(() => frame({ t: 'pong' }), 100)`,
    async (host) => {
      const answer = 'x'.repeat(MIB)
      while (host.accepting()) {
        host.send({ t: 'settle', isolate: 1, call: 1, ask: ++sent, ok: true }, answer)
        await setImmediate()
      }
    },
  )
  assert.equal(lost, 'it did not read what it was sent')
  // Some of it lies in the pipe, whose size is the system's.
  assert.ok(sent >= 160 && sent <= 162, `${sent} MiB`)
})
