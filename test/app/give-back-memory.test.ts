import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { afterEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { giveBackMemory } from '../../core/app/index.ts'

const LOOK_MS = 40
const FILE = JSON.stringify(new URL('../../core/app/give-back-memory.ts', import.meta.url).href)

/** Says the megabytes of its heap with what nobody needs, and the least that they became while it did nothing. */
const PROGRAM = `
  const { giveBackMemory } = await import(${FILE})
  const used = () => process.memoryUsage().heapUsed / 1_048_576
  let waste = Array.from({ length: 500_000 }, (_, n) => ({ n, name: 'row ' + n }))
  const full = used()
  waste = undefined
  await giveBackMemory(${LOOK_MS}).start()
  for (let round = 0; round < 50 && used() > full / 3; round++) await new Promise((next) => setTimeout(next, ${LOOK_MS}))
  console.log(JSON.stringify({ full, least: used() }))`

describe('a thread that is quiet', () => {
  test('gives back what it does not need, where V8 lets it', async () => {
    const run = async (...flags: string[]) => {
      const args = [...flags, '--input-type=module', '-e', PROGRAM]
      const { stdout } = await promisify(execFile)(process.execPath, args)
      return JSON.parse(stdout) as { full: number; least: number }
    }
    const { full, least } = await run('--expose-gc')
    assert.ok(full > 30 && least < full / 3, `${full} MB became ${least} MB`)
    const without = await run()
    assert.ok(without.least > without.full - 5, `${without.full} MB became ${without.least} MB by themselves`)
  })
})

describe('collecting', () => {
  const before = globalThis.gc
  afterEach(() => (globalThis.gc = before))

  const counted = () => {
    const count = { gc: 0 }
    globalThis.gc = (() => void (count.gc += 1)) as NonNullable<typeof globalThis.gc>
    return count
  }

  test('waits while there is work', async () => {
    const count = counted()
    const part = giveBackMemory(LOOK_MS)
    await part.start()
    for (let round = 0; round < 30; round++) {
      const until = performance.now() + LOOK_MS / 2
      while (performance.now() < until);
      await sleep(1)
    }
    assert.equal(count.gc, 0)
    await part.stop()
  })

  test('happens once after work, and not again until there was more', async () => {
    const count = counted()
    const part = giveBackMemory(LOOK_MS)
    await part.start()
    await sleep(LOOK_MS * 10)
    assert.equal(count.gc, 1)
    await part.stop()
  })

  test('ends with the part', async () => {
    const count = counted()
    const part = giveBackMemory(LOOK_MS)
    await part.start()
    await part.stop()
    await sleep(LOOK_MS * 10)
    assert.equal(count.gc, 0)
  })
})
