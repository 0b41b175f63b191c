import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idMaker, instant, isId, type Clock } from '../../core/kernel/index.ts'

function clockAt(ms: number): Clock & { set(ms: number): void } {
  let now = ms
  return { ms: () => now, now: () => instant(now), set: (to) => void (now = to) }
}

test('ids sort by the moment they were made, also within a millisecond and after the clock stood back', () => {
  const clock = clockAt(1_800_000_000_000)
  const newId = idMaker(clock)
  const made: string[] = []
  for (let i = 0; i < 5_000; i++) {
    if (i % 700 === 0) clock.set(1_800_000_000_000 + i - (i % 1400 === 0 ? 0 : 50))
    made.push(newId('inv'))
  }
  assert.deepEqual(made, [...made].sort())
  assert.equal(new Set(made).size, made.length)
})

test('an id is a UUIDv7: time, version and variant stand where RFC 9562 puts them', () => {
  const id = idMaker(clockAt(0x0123_4567_89ab), (bytes) => bytes.fill(0xff))('svc')
  const value = [...id.slice(4)].reduce(
    (sum, char) => sum * 32n + BigInt('0123456789abcdefghjkmnpqrstvwxyz'.indexOf(char)),
    0n,
  )
  const hex = value.toString(16).padStart(32, '0')
  assert.equal(hex.slice(0, 12), '0123456789ab')
  assert.equal(hex[12], '7')
  assert.equal((parseInt(hex[16]!, 16) & 0b1100) >> 2, 0b10)
})

test('isId accepts its own form only', () => {
  const id = idMaker(clockAt(1))('usr')
  assert.ok(isId('usr', id))
  for (const wrong of [
    id.replace('usr', 'inv'),
    id.slice(0, -1),
    `${id}x`,
    id.toUpperCase(),
    7,
    `usr_${'z'.repeat(26)}`,
  ]) {
    assert.equal(isId('usr', wrong), false, String(wrong))
  }
})
