// Limits: a line has 2 KiB, whoever writes it, and what it costs core is bounded.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takenOver } from './rogue-host.ts'

test('rule: of a line that is as long as a message core reads the beginning alone', async () => {
  const { failure, bench } = await takenOver(
    `frame({ t: 'log', isolate: head.isolate, call: head.call, level: 'info' }, 'x'.repeat(1_048_576))
     frame({ t: 'done', isolate: head.isolate, call: head.call, ok: false }, JSON.stringify({ code: 'plugin', message: 'y'.repeat(1_000_000) }))`,
  )
  assert.equal(failure, 'plugin.failed')
  assert.deepEqual(
    bench.lines.map(({ text }) => text),
    ['x'.repeat(2_048)],
  )
  assert.ok(bench.incidents.every(({ detail }) => detail.length < 2_200))
})
