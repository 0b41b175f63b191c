import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { misfit } from '../checks.ts'
import {
  FRAME_BYTES_MAX,
  HOST_MEMORY_MB,
  HOST_MEMORY_PER_ISOLATE,
  MIB,
  PING_MS,
  POISONED_AFTER_MS,
  POISONED_DRAIN_MS,
  SILENT_MS,
} from '../limits.ts'
import { readFrames, writeFrame } from '../sandbox/frames.ts'
import { HostHead, type CoreHead } from '../sandbox/protocol.ts'
import type { HostProgram } from './host-program.ts'

/** Hears everything that concerns one isolate. After `lost` nothing more comes. */
export interface IsolateEars {
  memoryMb: number
  hear(head: Exclude<HostHead, { t: 'ready' | 'pong' | 'disposed' }>, body: string): void
  lost(): void
}

export interface Host {
  readonly pid: number | undefined
  /** Settles when the process answers; rejects when it ended before. */
  readonly ready: Promise<void>
  /** False once it is poisoned or gone: no new isolates. */
  accepting(): boolean
  /** Isolates that are open now. */
  size(): number
  /** Isolate numbers are unique over all hosts. */
  open(isolate: number, ears: IsolateEars): void
  send(head: CoreHead, body?: string): void
  /** Sends a bundle once. */
  bundle(hash: string, code: string): void
  /** Ends an isolate. A process that does not confirm in time is poisoned and killed. */
  dispose(isolate: number): void
  kill(reason: string): void
}

export interface HostMeans {
  program: HostProgram
  /** Put before the command, for instance to start in an empty network namespace. */
  wall: readonly string[]
  ms(): number
  onOutput(line: string): void
  onLost(reason: string): void
}

/** Starts one plugin host process. */
export function startHost(means: HostMeans): Host {
  const child = spawnHost(means)
  const pipe = child.stdio[3] as Duplex
  const isolates = new Map<number, IsolateEars>()
  const disposing = new Map<number, NodeJS.Timeout>()
  const bundles = new Set<string>()
  let accepting = true
  let over = false
  let heardAt = means.ms()
  let reason = 'it ended by itself'
  const readiness = Promise.withResolvers<void>()
  readiness.promise.catch(() => undefined)

  const kill = (why: string) => {
    if (over) return
    reason = why
    accepting = false
    child.kill('SIGKILL')
    lose()
  }
  const lose = () => {
    if (over) return
    over = true
    accepting = false
    clearInterval(watch)
    for (const timer of disposing.values()) clearTimeout(timer)
    pipe.destroy()
    readiness.reject(new Error(`The plugin host ended: ${reason}.`))
    const ears = [...isolates.values()]
    isolates.clear()
    for (const one of ears) one.lost()
    means.onLost(reason)
  }
  const poisoned = () => {
    accepting = false
    setTimeout(
      () => kill('an isolate could not be stopped'),
      isolates.size === 0 ? 0 : POISONED_DRAIN_MS,
    ).unref()
  }
  const watch = setInterval(() => {
    if (means.ms() - heardAt > SILENT_MS) return kill(`it was silent for ${SILENT_MS / 1000} s`)
    if (residentBytes(child.pid) > memoryBudget(isolates)) return kill('it used too much memory')
    writeFrame(pipe, { t: 'ping' } satisfies CoreHead)
  }, PING_MS)
  watch.unref()

  child.on('exit', lose)
  child.on('error', (error) => kill(error.message))
  pipe.on('error', () => kill('its pipe broke'))
  readFrames(pipe, {
    maxBytes: FRAME_BYTES_MAX,
    onBroken: kill,
    onFrame(head, body) {
      heardAt = means.ms()
      if (!isHostHead(head)) return kill('it sent a frame of unknown shape')
      if (head.t === 'ready') return readiness.resolve()
      if (head.t === 'pong') return
      if (head.t !== 'disposed') return isolates.get(head.isolate)?.hear(head, body)
      clearTimeout(disposing.get(head.isolate))
      disposing.delete(head.isolate)
    },
  })
  writeFrame(pipe, { t: 'hello' } satisfies CoreHead, means.program.bootstrap)

  return {
    pid: child.pid,
    ready: readiness.promise,
    accepting: () => accepting,
    size: () => isolates.size,
    open: (isolate, ears) => void isolates.set(isolate, ears),
    send: (head, body) => {
      if (!over) writeFrame(pipe, head, body)
    },
    bundle(hash, code) {
      if (bundles.has(hash) || over) return
      bundles.add(hash)
      writeFrame(pipe, { t: 'bundle', bundle: hash } satisfies CoreHead, code)
    },
    dispose(isolate) {
      if (!isolates.delete(isolate) || over) return
      disposing.set(isolate, setTimeout(poisoned, POISONED_AFTER_MS))
      writeFrame(pipe, { t: 'dispose', isolate } satisfies CoreHead)
    },
    kill,
  }
}

const isHostHead = (head: unknown): head is HostHead => misfit(HostHead, head) === undefined

function spawnHost(means: HostMeans): ChildProcess {
  const { program } = means
  const command = [
    ...means.wall,
    process.execPath,
    '--no-node-snapshot',
    '--jitless',
    `--max-old-space-size=${HOST_MEMORY_MB}`,
    '--no-warnings',
    '--permission',
    '--allow-addons',
    ...program.readable.map((path) => `--allow-fs-read=${path}`),
    program.file,
  ]
  const child = spawn(command[0] ?? process.execPath, command.slice(1), {
    cwd: program.cwd,
    env: {},
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => means.onOutput(chunk.toString('utf8').slice(0, 2_000)))
  return child
}

const memoryBudget = (isolates: ReadonlyMap<number, IsolateEars>) =>
  [...isolates.values()].reduce(
    (sum, { memoryMb }) => sum + memoryMb * HOST_MEMORY_PER_ISOLATE,
    HOST_MEMORY_MB,
  ) * MIB

const PAGE_BYTES = 4_096

/** Resident memory of a process; 0 where the system has no /proc. */
function residentBytes(pid: number | undefined): number {
  try {
    const pages = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]
    return Number(pages) * PAGE_BYTES
  } catch {
    return 0
  }
}
