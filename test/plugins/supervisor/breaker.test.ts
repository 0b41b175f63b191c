import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBreaker, type Breaker } from '../../../core/plugins/supervisor/breaker.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const CIRCUIT = 'plg_1 gateway.charge'

/** Lets one call through and says how it ended. Answers whether that opened the circuit. */
function pass(breaker: Breaker, fault: boolean, nowMs: number, circuit = CIRCUIT): boolean {
  const answer = breaker.admit(circuit, nowMs)
  assert.ok(!answer.open, `${circuit} is open at ${nowMs}`)
  return breaker.record(circuit, { fault, probe: answer.probe }, nowMs)
}

const opens = (breaker: Breaker, faults: readonly boolean[], everyMs: number): boolean[] =>
  faults.map((fault, at) => pass(breaker, fault, at * everyMs))

function tripped(nowMs = 0): Breaker {
  const breaker = createBreaker()
  for (let n = 1; n <= 5; n++) assert.equal(pass(breaker, true, nowMs), n === 5)
  return breaker
}

test('the fifth fault within a minute opens a circuit, whatever went well between', () => {
  const breaker = createBreaker()
  const well = Array.from({ length: 20 }, () => false)
  const rare = [true, ...well, true, ...well, true, ...well, true, ...well, true]
  const answers = opens(breaker, rare, Math.floor(MINUTE / rare.length))
  assert.deepEqual([answers.indexOf(true), answers.length - 1], [84, 84])
})

test('five faults of which the first is a minute old leave it closed', () => {
  const breaker = createBreaker()
  for (const at of [0, 20, 30, 40, 60].map((seconds) => seconds * SECOND))
    assert.equal(pass(breaker, true, at), false)
  assert.equal(pass(breaker, true, 60 * SECOND), true)
})

test('half of the last ten opens it, however slowly they come; four of ten do not, nor five of nine', () => {
  const half = [false, true, false, true, false, true, false, true, false, true]
  assert.deepEqual(opens(createBreaker(), [true, ...half.slice(0, 8)], 2 * MINUTE).includes(true), false)
  assert.deepEqual(opens(createBreaker(), [true, ...half], 2 * MINUTE).indexOf(true), 10)
  const fewer = [true, true, true, true, false, false, false, false, false, false]
  assert.equal(opens(createBreaker(), [...fewer, ...fewer, ...fewer], 2 * MINUTE).includes(true), false)
})

test('an open one answers until when, and lets one probe through after 30 s', () => {
  const breaker = tripped()
  const open = { open: true, untilMs: 30 * SECOND }
  assert.deepEqual(breaker.admit(CIRCUIT, 0), open)
  assert.deepEqual(breaker.admit(CIRCUIT, 30 * SECOND - 1), open)
  assert.deepEqual(breaker.openCircuits(30 * SECOND - 1), [CIRCUIT])
  assert.deepEqual(breaker.admit(CIRCUIT, 30 * SECOND), { open: false, probe: true })
  for (const later of [0, SECOND, MINUTE])
    assert.deepEqual(breaker.admit(CIRCUIT, 30 * SECOND + later), open, 'one probe at a time')
})

test('a probe that went well closes it: the faults before count no more', () => {
  const breaker = tripped()
  assert.equal(pass(breaker, false, 30 * SECOND), false)
  for (let n = 1; n <= 4; n++) assert.equal(pass(breaker, true, 31 * SECOND), false)
  assert.equal(pass(breaker, true, 31 * SECOND), true)
  assert.deepEqual(breaker.admit(CIRCUIT, 32 * SECOND), { open: true, untilMs: 61 * SECOND })
})

test('each probe that fails doubles the pause, up to 15 minutes', () => {
  const breaker = tripped()
  let now = 30 * SECOND
  for (const seconds of [60, 120, 240, 480, 900, 900, 900]) {
    assert.equal(pass(breaker, true, now), true)
    const until = now + seconds * SECOND
    assert.deepEqual(breaker.admit(CIRCUIT, until - 1), { open: true, untilMs: until })
    now = until
  }
})

test('calls that were under way when it opened change nothing, neither the pause nor the probe', () => {
  const breaker = tripped()
  for (const fault of [true, false, true])
    assert.equal(breaker.record(CIRCUIT, { fault, probe: false }, 10 * SECOND), false)
  assert.deepEqual(breaker.admit(CIRCUIT, 20 * SECOND), { open: true, untilMs: 30 * SECOND })
  assert.deepEqual(breaker.admit(CIRCUIT, 30 * SECOND), { open: false, probe: true })
  assert.equal(breaker.record(CIRCUIT, { fault: false, probe: false }, 31 * SECOND), false)
  assert.equal(breaker.admit(CIRCUIT, 31 * SECOND).open, true, 'the probe is still out')
  assert.equal(breaker.record(CIRCUIT, { fault: true, probe: true }, 32 * SECOND), true)
  assert.deepEqual(breaker.admit(CIRCUIT, 32 * SECOND), { open: true, untilMs: 92 * SECOND })
})

test('circuits stand apart', () => {
  const breaker = tripped()
  assert.equal(pass(breaker, true, 0, `${CIRCUIT} srv_1`), false)
  assert.equal(pass(breaker, false, 0, 'plg_2 gateway.charge'), false)
  assert.deepEqual(breaker.openCircuits(0), [CIRCUIT])
})

test('three lost hosts within ten minutes disable a plugin; older ones and those of others do not count', () => {
  const breaker = createBreaker()
  const lose = (minutes: number, plugin = 'unlucky') => breaker.hostLost(plugin, {}, minutes * MINUTE)
  assert.deepEqual([lose(0), lose(5), lose(6, 'other'), lose(10)], Array(4).fill('counted'))
  assert.equal(breaker.disabled('unlucky'), false)
  assert.equal(lose(14.9), 'disabled')
  assert.deepEqual([breaker.disabled('unlucky'), breaker.disabled('other')], [true, false])
  breaker.forgive('unlucky')
  assert.deepEqual([breaker.disabled('unlucky'), lose(15), lose(15)], [false, 'counted', 'counted'])
  assert.equal(lose(15), 'disabled')
})

test('a host that ends under several calls of a plugin is one host lost', () => {
  const breaker = createBreaker()
  const [first, second] = [{}, {}]
  const answers = [first, first, first, second, first, second].map((host) =>
    breaker.hostLost('unlucky', host, 0),
  )
  assert.deepEqual(answers, ['counted', 'known', 'known', 'counted', 'known', 'known'])
  assert.equal(breaker.hostLost('unlucky', {}, 0), 'disabled')
})
