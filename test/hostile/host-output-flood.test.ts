// The three rooms: what a host process prints is cut, counted and ends it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { takenOver } from './rogue-host.ts'

test('rule: a host process that prints without end is cut at 32 KiB and 50 pieces, and killed at 1 MiB', async () => {
  const { failure, losses, tookMs, slowestPageMs, bench } = await takenOver(
    `const print = () => { while (process.stdout.write('x'.repeat(999) + '\\n') && process.stderr.write('y\\n')); setImmediate(print) }; print()`,
  )
  assert.deepEqual([failure, losses[0]], ['plugin.host_lost', 'output'])
  assert.ok(tookMs < 5_000, `took ${tookMs} ms with its start`)
  assert.ok(slowestPageMs < 1_000, `a page took ${slowestPageMs} ms`)
  while (!bench.incidents.some(({ detail }) => detail.endsWith('were dropped.'))) await sleep(10)
  const printed = bench.incidents.filter(({ kind }) => kind === 'host_output')
  const [bytes] = [printed.reduce((sum, { detail }) => sum + detail.length, 0)]
  assert.ok(printed.length <= 51 && bytes < 34_000, `${printed.length} rows with ${bytes} bytes`)
  assert.match(printed.at(-1)!.detail, /^all: \d+ bytes of its output were dropped\.$/)
})
