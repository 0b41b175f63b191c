/** Runs with the flags of a plugin host: a call into an isolate and a question out of one, without pipe and core. */
import { readFileSync } from 'node:fs'
import { createIsolates } from '../../core/plugins/sandbox/isolates.ts'
import type { HostHead } from '../../core/plugins/sandbox/protocol.ts'

const ISOLATE = 1
const CALLS = 2_000
const ROUNDS = 20
const ASKS = 500
const CODE = `var berthPlugin = { default: { gateway: ({ storage }) => ({
  echo: async ({ text }) => text,
  ask: async () => { for (let i = 0; i < ${ASKS}; i++) await storage.get('a') },
}) } }`

let ended = Promise.withResolvers<void>()
const isolates = createIsolates((head: HostHead) => {
  if (head.t === 'ask') {
    const settle = { t: 'settle', isolate: ISOLATE, call: head.call, ask: head.ask, ok: true } as const
    isolates.settle(settle, 'null')
  } else if (head.t === 'done' && head.ok) ended.resolve()
  else if (head.t !== 'started') ended.reject(new Error(JSON.stringify(head)))
})
isolates.hello(readFileSync(process.argv[2]!, 'utf8'))
isolates.bundle('bench', CODE)
const limits = { memoryMb: 64, sliceMs: 5_000, cpuMs: 600_000, startMs: 2_000, asks: ASKS }
const start = { settings: {}, secretNames: [], tokenMark: 'bsk_', asks: ASKS, asksAtOnce: 16 }
await isolates.start({ t: 'start', isolate: ISOLATE, bundle: 'bench', limits }, JSON.stringify(start))

let calls = 0
async function timed(op: string, text: string): Promise<number> {
  ended = Promise.withResolvers()
  const from = performance.now()
  isolates.call({ t: 'call', isolate: ISOLATE, call: ++calls, kind: 'gateway', op, deadlineMs: 60_000 }, text)
  await ended.promise
  return (performance.now() - from) * 1_000
}

const input = JSON.stringify({ text: 'x'.repeat(2_000) })
const callTimes: number[] = []
for (let n = 0; n < CALLS; n++) callTimes.push(await timed('echo', input))
const askTimes: number[] = []
for (let n = 0; n < ROUNDS; n++)
  askTimes.push(((await timed('ask', '{}')) - (await timed('echo', '{"text":""}'))) / ASKS)
const middle = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1]
console.log(JSON.stringify({ callUs: middle(callTimes.slice(CALLS / 10)), askUs: middle(askTimes.slice(2)) }))
process.kill(process.pid, 'SIGKILL')
