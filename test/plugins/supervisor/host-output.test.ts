import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHostOutput } from '../../../core/plugins/supervisor/host-output.ts'

function openOutput() {
  const clock = { ms: 0 }
  const told: string[] = []
  let floods = 0
  const output = createHostOutput({
    ms: () => clock.ms,
    tell: (text) => void told.push(text),
    flood: () => void floods++,
  })
  const print = (text: string, times = 1) => {
    for (let n = 0; n < times; n++) output.hear(Buffer.from(text))
  }
  return { clock, told, output, print, floods: () => floods }
}

test('a piece is told up to 2,000 bytes, the rest counted, and told at the end', () => {
  const { told, print, output } = openOutput()
  print('the engine says why')
  print('x'.repeat(5_000))
  output.end()
  output.end()
  assert.deepEqual(told, ['the engine says why', 'x'.repeat(2_000), '3000 bytes of its output were dropped.'])
})

test('50 pieces a minute are told; the next minute begins with how much was dropped', () => {
  const { clock, told, print } = openOutput()
  print('a', 53)
  assert.equal(told.length, 50)
  clock.ms = 60_000
  print('b')
  assert.deepEqual(told.slice(50), ['3 bytes of its output were dropped.', 'b'])
})

test('32 KiB a minute are told, and with the first byte beyond 1 MiB it is a flood', () => {
  const { told, print, floods } = openOutput()
  print('x'.repeat(2_000), 17)
  assert.equal(told.join('').length, 32 * 1024)
  print('x'.repeat(1024 * 1024 - 34_000))
  assert.deepEqual([told.length, floods()], [17, 0])
  print('x')
  assert.equal(floods(), 1)
})
