import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHostBudget } from '../../../core/plugins/supervisor/host-budget.ts'
import type { CoreHead, HostHead } from '../../../core/plugins/sandbox/protocol.ts'

const MIB = 1024 * 1024
const limits = { memoryMb: 64, sliceMs: 500, cpuMs: 2_000, startMs: 2_000, asks: 200 }
const start: CoreHead = { t: 'start', isolate: 1, bundle: 'hash', limits }
const call: CoreHead = { t: 'call', isolate: 1, call: 1, kind: 'gateway', op: 'charge', deadlineMs: 1_000 }
const ask: HostHead = { t: 'ask', isolate: 1, call: 1, ask: 1, op: 'fetch' }
const line: HostHead = { t: 'log', isolate: 1, call: 1, level: 'info' }
const done: HostHead = { t: 'done', isolate: 1, call: 1, ok: true }
const started: HostHead = { t: 'started', isolate: 1 }

function openBudget(...heads: CoreHead[]) {
  const budget = createHostBudget()
  const say = (one: CoreHead) => budget.sent(one, 0)
  heads.forEach(say)
  /** What the last of so many frames came to; those before are within the budget. */
  const hear = (head: HostHead, count = 1, bytes = 100) => {
    for (let n = 1; n < count; n++) assert.equal(budget.heard(head, bytes), undefined, `${head.t} ${n}`)
    return budget.heard(head, bytes)
  }
  return { budget, say, hear }
}

test('a call has its 200 questions and 100 lines, and the next one has them anew', () => {
  const { say, hear } = openBudget(start, call)
  assert.equal(hear(started), undefined)
  for (const _ of [1, 2]) {
    assert.equal(hear(ask, 200), undefined)
    assert.equal(hear(line, 100), undefined)
    assert.equal(hear(ask), 'asks')
    assert.equal(hear(line), 'lines')
    say(call)
  }
})

test('a start gives no questions and no lines', () => {
  const { hear } = openBudget(start)
  assert.equal(hear(ask), 'asks')
  assert.equal(hear(line), 'lines')
})

test('a call has 1 MiB for each question and 8 MiB besides, and one byte more is too many', () => {
  const { say, hear } = openBudget(start, call)
  assert.equal(hear(ask, 199, MIB), undefined)
  assert.equal(hear(done, 1, 9 * MIB), undefined)
  assert.equal(hear(line, 1, 1), 'bytes')
  say(call)
  assert.equal(hear(done, 1, 208 * MIB), undefined)
})

test('what nothing asked for is let pass 100 times in the life of a host, whatever it is', () => {
  const { say, hear } = openBudget({ t: 'hello' }, { t: 'ping' }, start, call)
  assert.equal(hear({ t: 'ready' }), undefined)
  assert.equal(hear({ t: 'pong' }), undefined)
  assert.equal(hear(started), undefined)
  assert.equal(hear({ t: 'ready' }, 20), undefined)
  assert.equal(hear({ t: 'pong' }, 20), undefined)
  assert.equal(hear({ t: 'disposed', isolate: 1 }, 20), undefined)
  assert.equal(hear({ ...ask, isolate: 2 }, 20), undefined)
  assert.equal(hear(done, 20), undefined)
  assert.equal(hear({ t: 'disposed', isolate: 3 }), 'stray_frames')
  say({ t: 'ping' })
  assert.equal(hear({ t: 'pong' }), undefined)
})

test('what left before the host heard of the end is still in its budget; after the end nothing is', () => {
  const { hear } = openBudget(start, call, { t: 'dispose', isolate: 1 })
  assert.equal(hear(ask, 200), undefined)
  assert.equal(hear({ t: 'disposed', isolate: 1 }), undefined)
  assert.equal(hear(ask, 100), undefined)
  assert.equal(hear(ask), 'stray_frames')
})

test('160 MiB may wait for a host, and not a byte more', () => {
  const { budget } = openBudget()
  assert.equal(budget.sent({ t: 'ping' }, 160 * MIB), undefined)
  assert.equal(budget.sent({ t: 'ping' }, 160 * MIB + 1), 'unread')
})
