import assert from 'node:assert/strict'
import { stat } from 'node:fs'
import { test } from 'node:test'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { createPool } from '../../../core/plugins/supervisor/pool.ts'
import { fakeHost, poolCall, poolStart, type FakeHost } from './fake-hosts.ts'

const DAY = 24 * 60 * 60_000

function openPool(answers = true, isolates = 1) {
  const host = fakeHost({ onLost: () => undefined }, answers)
  const clock = { ms: 0 }
  let last = 0
  const losses: object[] = []
  const pool = createPool(poolStart({ isolates }), {
    host: () => Promise.resolve(host),
    nextId: () => ++last,
    ms: () => clock.ms,
    onHostLost: (lost) => void losses.push(lost),
  })
  return { host, clock, pool, losses }
}

const called = async (host: FakeHost, count: number) => {
  while (host.calls.length < count) await setImmediate()
}

test('an isolate ends with its 5,000th call, and the next one serves', async () => {
  const { host, pool } = openPool()
  for (let n = 1; n <= 5_000; n++) {
    assert.equal((await pool.run(poolCall())).end, 'done')
    if (n === 4_999) assert.deepEqual([host.isolates, host.size()], [[1], 1])
  }
  assert.equal(host.size(), 0)
  await pool.run(poolCall())
  assert.deepEqual(host.isolates, [1, 2])
})

test('an isolate that is older than a day ends with its call', async () => {
  const { host, clock, pool } = openPool()
  await pool.run(poolCall())
  clock.ms = DAY
  await pool.run(poolCall())
  assert.equal(host.size(), 1)
  clock.ms = DAY + 1
  assert.equal((await pool.run(poolCall())).end, 'done')
  assert.equal(host.size(), 0)
  await pool.run(poolCall())
  assert.deepEqual(host.isolates, [1, 2])
})

test('a call that reports an error leaves its isolate; one that ends otherwise takes it along', async () => {
  const { host, pool } = openPool(false)
  const refused = pool.run(poolCall())
  await called(host, 1)
  host.answer(false)
  assert.deepEqual(await refused, { end: 'done', ok: false, text: '{}' })
  const late = pool.run({ ...poolCall(), deadline: { ms: 5, coldMs: 5 } })
  assert.equal((await late).end, 'timeout')
  assert.deepEqual([host.isolates, host.size()], [[1], 0])
})

test('a call that waits for a start has longer; in its isolate the time of its class begins', async () => {
  const host = fakeHost({ onLost: () => undefined }, false)
  const begun = Promise.withResolvers<FakeHost>()
  const pool = createPool(poolStart({ isolates: 1 }), {
    ...{ host: () => begun.promise, nextId: () => 1, ms: () => performance.now() },
    onHostLost: () => undefined,
  })
  const run = (ms: number, coldMs: number) => pool.run({ ...poolCall(), deadline: { ms, coldMs } })
  const cold = run(10, 20_000)
  await setTimeout(60)
  assert.equal(await Promise.race([cold, Promise.resolve('waits')]), 'waits')
  const other = await run(10, 20)
  assert.deepEqual(other, { end: 'timeout', limit: 'deadline 20 ms' })
  begun.resolve(host)
  assert.deepEqual(await cold, { end: 'timeout', limit: 'deadline 10 ms' })
})

test('a call to an isolate that is ready, or busy, has the time of its class and no more', async () => {
  const { host, pool } = openPool()
  await pool.run(poolCall())
  host.answers = false
  const page = { ...poolCall(), deadline: { ms: 20, coldMs: 60_000 } }
  const calls = [pool.run({ ...poolCall(), deadline: { ms: 60, coldMs: 60 } }), pool.run(page)]
  assert.deepEqual(await calls[1], { end: 'timeout', limit: 'deadline 20 ms' })
  assert.deepEqual(await calls[0], { end: 'timeout', limit: 'deadline 60 ms' })
})

test('an answer that came while this thread was busy is heard before its call is late', async () => {
  const { host, pool } = openPool(false)
  const late = pool.run({ ...poolCall(), deadline: { ms: 20, coldMs: 20 } })
  await called(host, 1)
  // Like a frame in the pipe, it is done while nobody looks, and heard after the timers that are due.
  stat('.', () => host.answer())
  const until = performance.now() + 60
  while (performance.now() < until);
  assert.equal((await late).end, 'done')
})

test('a pool that is drained ends every call that runs or waits, and then its isolates', async () => {
  const { host, pool } = openPool(false, 2)
  const calls = Array.from({ length: 7 }, (_, n) => pool.run(poolCall(`call_${n}`)))
  await called(host, 2)
  pool.drain()
  assert.equal(host.size(), 2)
  host.answers = true
  host.answer()
  host.answer()
  const ends = await Promise.all(calls)
  assert.ok(ends.every(({ end }) => end === 'done'))
  assert.equal(host.size(), 0)
})

test('a pool that is drained while it starts ends the calls that wait for it', async () => {
  const { host, pool } = openPool()
  const calls = [pool.run(poolCall()), pool.run(poolCall()), pool.run(poolCall())]
  pool.drain()
  assert.ok((await Promise.all(calls)).every(({ end }) => end === 'done'))
  await setImmediate()
  assert.equal(host.size(), 0)
})

test('with its host every call that runs ends as lost, and the loss names the host', async () => {
  const { host, pool, losses } = openPool(false, 2)
  const calls = Array.from({ length: 2 }, () => pool.run(poolCall()))
  await called(host, 2)
  host.lose()
  assert.deepEqual(await Promise.all(calls), [{ end: 'host_lost' }, { end: 'host_lost' }])
  assert.deepEqual(losses, [host, host])
})
