import { flushCompileCache } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads'
import type { Config } from '../config/index.ts'
import type { Wiring, WorkingPart } from './areas.ts'
import { compileCache } from './places.ts'
import { servePluginCalls } from './plugin-port.ts'

const STOP_MS = 5_000
const RESTART_MS = 1_000

export interface WorkThreadData {
  config: Config
  outbound: Readonly<Record<string, string>>
  /** Calls to plugins go to the main thread, which owns their hosts. */
  plugins: MessagePort
}

/** Jobs in a thread of their own with their own connections, so that pages never wait for a billing run. */
export function createWorkThread(wiring: Wiring): WorkingPart {
  let worker: Worker | undefined
  let running = false
  let stopping = false
  const launch = async () => {
    worker = spawn(wiring)
    worker.on('exit', (code) => {
      running = false
      if (!stopping) void relaunch(code)
    })
    await ready(worker)
    running = true
  }
  const relaunch = async (code: number) => {
    wiring.means.log.error({ code }, 'The worker thread ended by itself; starting it again')
    await sleep(RESTART_MS)
    if (!stopping) await launch().catch(() => undefined)
  }
  return {
    start: launch,
    running: () => running,
    async stop() {
      stopping = true
      if (worker && running) await end(worker)
      else await worker?.terminate()
    },
  }
}

function spawn(wiring: Wiring): Worker {
  const { port1, port2 } = new MessageChannel()
  // Written now rather than at our end, so that at a first start the thread need not compile everything again.
  flushCompileCache()
  servePluginCalls(port1, wiring.plugins)
  port1.unref()
  const data = { config: wiring.config, outbound: wiring.outbound, plugins: port2 }
  const worker = new Worker(new URL('./work-thread-main.ts', import.meta.url), {
    workerData: data,
    transferList: [port2],
    // The thread finds compiled code in the same folder as we do, and needs nothing else of the environment.
    env: { NODE_COMPILE_CACHE: compileCache(wiring.config) },
    // As bin/berth does for the main thread: three times eight megabytes are what the young generation may take.
    resourceLimits: { maxYoungGenerationSizeMb: 24, maxOldGenerationSizeMb: 1_024 },
    name: 'work',
  })
  worker.on('error', (error) => wiring.means.log.error({ err: error }, 'The worker thread failed'))
  return worker
}

function ready(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve())
    worker.once('error', reject)
    worker.once('exit', (code) =>
      reject(new Error(`The worker thread ended at its start with code ${code}.`)),
    )
  })
}

async function end(worker: Worker): Promise<void> {
  const exited = new Promise((resolve) => worker.once('exit', resolve))
  const cut = setTimeout(() => void worker.terminate(), STOP_MS)
  worker.postMessage('stop')
  await exited
  clearTimeout(cut)
}
