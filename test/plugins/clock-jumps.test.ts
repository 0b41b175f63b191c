import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { instant } from '../../core/kernel/index.ts'
import { loadWritten, openBench, report, reporting } from './support/setup.ts'

const HOUR = 3_600_000
let wall = Date.now()
const bench = openBench({ clock: { ms: () => wall, now: () => instant(wall) } })
after(() => bench.plugins.stop())

test('a call goes on, and its host lives, while the wall clock is set forward and back by hours', async () => {
  const code = `console.log('runs'); await new Promise((done) => setTimeout(done, 2_500)); return 'through'`
  const instance = bench.instance(await loadWritten('patient', { code: reporting(code) }))
  const through = report(bench, instance, 20_000)
  while (bench.lines.length === 0) await wait(20)
  const pids = async () => (await bench.plugins.health()).hosts.map(({ pid }) => pid)
  const before = await pids()
  wall += 3 * HOUR
  await wait(1_200)
  wall -= 6 * HOUR
  assert.equal(await through, 'through')
  assert.deepEqual(await pids(), before)
  assert.deepEqual(bench.incidents, [])
  const { figures } = await bench.plugins.health()
  const took = figures[0]!.last[0]!.tookMs
  assert.ok(took >= 2_400 && took < 20_000, `${took} ms`)
})
