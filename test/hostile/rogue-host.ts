import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startHost, type IsolateHead } from '../../core/plugins/supervisor/host.ts'

export interface Heard {
  isolate: number
  head: IsolateHead
  body: string
}

/**
 * Starts a host process that has been taken over: its program is `code`, with `frame(head, body)` and `raw(bytes)` to
 * speak to core. Isolates 1 and 2 are open. Answers why it was killed, and what was believed before.
 */
export async function rogueHost(code: string): Promise<{ lost: string; heard: Heard[]; tookMs: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-rogue-'))
  const file = join(folder, 'rogue.mjs')
  await writeFile(file, PRELUDE + code)
  const heard: Heard[] = []
  const startedAt = performance.now()
  const { promise, resolve } = Promise.withResolvers<string>()
  const host = startHost({
    program: { file, readable: [file], cwd: folder, bootstrap: '' },
    wall: [],
    ms: () => performance.now(),
    onOutput: () => undefined,
    onLost: resolve,
  })
  for (const isolate of [1, 2])
    host.open(isolate, {
      memoryMb: 64,
      hear: (head, body) => {
        heard.push({ isolate, head, body })
      },
      lost: () => undefined,
    })
  try {
    return { lost: await promise, heard, tookMs: performance.now() - startedAt }
  } finally {
    host.kill('the test is over')
    await rm(folder, { recursive: true })
  }
}

const PRELUDE = `
import { Socket } from 'node:net'
const pipe = new Socket({ fd: 3, readable: true, writable: true })
pipe.resume()
const raw = (bytes) => pipe.write(bytes)
const frame = (head, body = '') => {
  const text = Buffer.from(typeof head === 'string' ? head : JSON.stringify(head))
  const rest = Buffer.from(body)
  const sizes = Buffer.alloc(8)
  sizes.writeUInt32BE(4 + text.length + rest.length, 0)
  sizes.writeUInt32BE(text.length, 4)
  raw(Buffer.concat([sizes, text, rest]))
}
`
