import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startHost, type Host, type IsolateHead } from '../../core/plugins/supervisor/host.ts'
import { lossOf } from '../../core/plugins/supervisor/host-loss.ts'
import type { HostProgram } from '../../core/plugins/supervisor/host-program.ts'
import { loadWritten, openBench, report, reporting, type Bench } from '../plugins/support/setup.ts'

export interface Heard {
  isolate: number
  head: IsolateHead
  body: string
}

/** A host process that has been taken over: its program is `code`, with `frame(head, body)` and `raw(bytes)` to speak to core. */
async function rogueProgram(code: string): Promise<{ program: HostProgram; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-rogue-'))
  const file = join(folder, 'rogue.mjs')
  await writeFile(file, PRELUDE + code)
  const program = { file, readable: [file], cwd: folder, bootstrap: '' }
  return { program, remove: () => rm(folder, { recursive: true }) }
}

/**
 * Starts one host process that has been taken over. Isolates 1 and 2 are open. Answers why it was killed, what was
 * believed before, and the most that waited for it in core while `during` went on.
 */
export async function rogueHost(
  code: string,
  during: (host: Host) => void | Promise<void> = () => undefined,
): Promise<{ lost: string; heard: Heard[]; tookMs: number }> {
  const { program, remove } = await rogueProgram(code)
  const heard: Heard[] = []
  const startedAt = performance.now()
  const { promise, resolve } = Promise.withResolvers<string>()
  const host = startHost({
    program,
    wall: [],
    ms: () => performance.now(),
    onOutput: () => undefined,
    onLost: ({ says }) => resolve(says),
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
    await during(host)
    return { lost: await promise, heard, tookMs: performance.now() - startedAt }
  } finally {
    host.kill(lossOf('core_stops'))
    await remove()
  }
}

export interface TakenOver {
  bench: Bench
  /** What the call came to. */
  failure: string
  /** From the first frame of the call until the host was gone. */
  tookMs: number
  /** Why hosts were ended, as the health page tells it, the newest first. */
  losses: string[]
  /** The longest that a page took meanwhile. */
  slowestPageMs: number
}

/**
 * Calls a plugin whose host process has been taken over: it starts isolates as it should, and at a call runs `code`,
 * with `head` of the call. With `refusal`, the code of a text, it starts none. Pages are asked for all the time.
 */
export async function takenOver(
  code: string,
  { refusal, manifest = {} }: { refusal?: string; manifest?: Record<string, unknown> } = {},
): Promise<TakenOver> {
  const { program, remove } = await rogueProgram(
    `onFrame((head) => {
      if (head.t === 'hello') frame({ t: 'ready' })
      if (head.t === 'start') frame({ t: '${refusal === undefined ? 'started' : 'not_started'}', isolate: head.isolate }, ${refusal ?? `''`})
      if (head.t === 'call') { ${code} }
    })`,
  )
  const bench = openBench({ hostProgram: Promise.resolve(program) })
  const pages = await visitPages()
  try {
    const instance = bench.instance(
      await loadWritten('taken-over', { code: reporting('return "well"'), manifest }),
    )
    const startedAt = performance.now()
    const failure = await report(bench, instance, 30_000).then(
      () => 'none',
      (error: Error & { code?: string }) => error.code ?? error.message,
    )
    const tookMs = performance.now() - startedAt
    const { losses } = await bench.plugins.health()
    return {
      bench,
      failure,
      tookMs,
      losses: losses.map(({ name }) => name),
      slowestPageMs: await pages.end(),
    }
  } finally {
    bench.plugins.stop()
    await pages.end()
    await remove()
  }
}

/** Pages of this process, one after the other. */
async function visitPages() {
  const server = createServer((_request, response) => response.end('a page'))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  let [slowest, over] = [0, false]
  const visits = (async () => {
    while (!over) {
      const from = performance.now()
      assert.equal(await (await fetch(address)).text(), 'a page')
      slowest = Math.max(slowest, performance.now() - from)
      await sleep(5)
    }
  })()
  return {
    async end() {
      over = true
      await visits
      server.close()
      return slowest
    },
  }
}

const PRELUDE = `
import { Socket } from 'node:net'
const pipe = new Socket({ fd: 3, readable: true, writable: true })
pipe.on('error', () => process.exit())
pipe.resume()
let listens = false
const raw = (bytes) => pipe.write(bytes)
const frame = (head, body = '') => {
  const text = Buffer.from(typeof head === 'string' ? head : JSON.stringify(head))
  const rest = Buffer.from(body)
  const sizes = Buffer.alloc(8)
  sizes.writeUInt32BE(4 + text.length + rest.length, 0)
  sizes.writeUInt32BE(text.length, 4)
  return raw(Buffer.concat([sizes, text, rest]))
}
/** As fast as core takes it. */
const pour = async (make) => {
  for (let n = 0; ; n++) if (!make(n)) await new Promise((done) => pipe.once('drain', done))
}
const onFrame = (hear) => {
  let held = Buffer.alloc(0)
  pipe.on('data', (chunk) => {
    held = Buffer.concat([held, chunk])
    while (held.length >= 4 && held.length >= 4 + held.readUInt32BE(0)) {
      const head = held.subarray(8, 8 + held.readUInt32BE(4))
      held = held.subarray(4 + held.readUInt32BE(0))
      hear(JSON.parse(head.toString('utf8')))
    }
  })
}
`
