import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createWards } from '../../../core/plugins/supervisor/wards.ts'
import { fakeGround } from './fake-hosts.ts'

const MINUTE = 60_000

test('a lost host is followed by the next after 250 ms, and that doubles up to a minute', async () => {
  const { ground, means, hosts, waits, lost } = fakeGround()
  const wards = createWards(means, ground)
  await wards.host('all')
  assert.deepEqual(waits, [], 'the first one starts at once')
  for (let n = 0; n < 11; n++) {
    hosts.at(-1)!.lose()
    await wards.host('all')
  }
  assert.deepEqual(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, MINUTE, MINUTE, MINUTE])
  assert.equal(lost.length, 11)
  assert.equal(hosts.length, 12)
})

test('jitter adds up to a quarter, so that nodes do not start together', async () => {
  const { ground, means, hosts, waits, clock } = fakeGround()
  const wards = createWards(means, ground)
  await wards.host('all')
  for (const random of [0.5, 0.999, 0]) {
    clock.random = random
    hosts.at(-1)!.lose()
    await wards.host('all')
  }
  assert.deepEqual(waits, [250 * 1.125, 500 * (1 + 0.999 / 4), 1_000])
})

test('a host that lived more than a minute has proven itself: the pause begins anew', async () => {
  const { ground, means, hosts, waits, clock } = fakeGround()
  const wards = createWards(means, ground)
  await wards.host('all')
  for (const livedMs of [0, 0, MINUTE, MINUTE + 1, 0]) {
    clock.ms += livedMs
    hosts.at(-1)!.lose()
    await wards.host('all')
  }
  assert.deepEqual(waits, [250, 500, 1_000, 250, 500])
})

test('wards wait each for itself, and one that was retired is followed when it is needed, without a pause', async () => {
  const { ground, means, hosts, waits, lost } = fakeGround()
  const wards = createWards(means, ground)
  const money = await wards.host('money')
  await wards.host('rest')
  hosts[1]!.lose()
  hosts[1] = hosts.at(-1)!
  await wards.host('rest')
  assert.equal(await wards.host('money'), money)
  assert.deepEqual(waits, [250])
  hosts[0]!.lose(true)
  await setImmediate()
  const before = hosts.length
  assert.notEqual(await wards.host('money'), money)
  assert.deepEqual([waits, hosts.length - before, lost], [[250], 1, ['rest: it ended']])
})

test('nothing starts again after the stop', async () => {
  const { ground, means, hosts, waits } = fakeGround()
  const wards = createWards(means, ground)
  await wards.host('all')
  wards.stop()
  await setImmediate()
  assert.deepEqual([hosts.length, waits], [1, []])
  await assert.rejects(wards.host('other'), /stopping/)
})
