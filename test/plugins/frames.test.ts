import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { frameOf, readFrames, type Frame } from '../../core/plugins/sandbox/frames.ts'

const MAX = 1_000

/** What was read of pieces, and why reading ended. */
async function read(pieces: readonly Buffer[]): Promise<{ frames: Frame<unknown>[]; broken: string[] }> {
  const frames: Frame<unknown>[] = []
  const broken: string[] = []
  const pipe = new PassThrough()
  readFrames(pipe, {
    maxBytes: MAX,
    onFrame: (frame) => void frames.push(frame),
    onBroken: (reason) => void broken.push(reason),
  })
  for (const piece of pieces) pipe.write(piece)
  pipe.end()
  await new Promise((done) => pipe.on('end', done))
  return { frames, broken }
}

const cutBy = (bytes: Buffer, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size))

const FRAMES = [
  { head: { t: 'ping' }, body: '' },
  { head: { t: 'log', isolate: 1 }, body: 'ü😀' },
  { head: { t: 'done' }, body: 'x'.repeat(300) },
]

test('frames are read whole, with their length, however they are cut', async () => {
  const written = FRAMES.map(({ head, body }) => frameOf(head, body))
  const expected = FRAMES.map((frame, n) => ({ ...frame, bytes: written[n]!.length }))
  for (const size of [1, 2, 3, 7, 100, 10_000]) {
    const { frames, broken } = await read(cutBy(Buffer.concat(written), size))
    assert.deepEqual([frames, broken], [expected, []], `${size} bytes at a time`)
  }
})

test('a frame of as many bytes as it may have is read, and one byte more ends the reading', async () => {
  const lengthOf = (body: string) => frameOf({ t: 'done' }, body).length - 4
  const whole = 'x'.repeat(MAX - lengthOf(''))
  assert.equal((await read([frameOf({ t: 'done' }, whole)])).frames[0]!.body, whole)
  const { frames, broken } = await read([frameOf({ t: 'done' }, `${whole}x`), frameOf({ t: 'ping' })])
  assert.deepEqual([frames, broken], [[], ['a frame of 1001 bytes; 1000 is the most']])
})

test('a frame without a head, with a longer one than itself or of no JSON ends the reading', async () => {
  const numbers = (...them: number[]) => {
    const bytes = Buffer.alloc(4 * them.length)
    them.forEach((one, n) => bytes.writeUInt32BE(one, 4 * n))
    return bytes
  }
  const bad = [[numbers(0), numbers(0)], [numbers(4, 0)], [numbers(4, 1)], [numbers(6, 2), Buffer.from('{]')]]
  for (const pieces of bad) {
    const { frames, broken } = await read([...pieces, frameOf({ t: 'ping' })])
    assert.deepEqual([frames, broken], [[], ['a frame that is not JSON']])
  }
})
