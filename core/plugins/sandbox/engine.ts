/** The only file that touches isolated-vm. Runs in the plugin host process, never in core. */
import ivm from 'isolated-vm'
import type { Fault } from './protocol.ts'

export type Wire = string | number | boolean

export interface EngineMeans {
  bootstrap: string
  code: string
  memoryMb: number
  sliceMs: number
  startMs: number
  /** Hears what the isolate says: done, ask, timer, log. */
  out(kind: string, ...rest: Wire[]): void
  /** Answers pure questions at once; undefined ends the isolate. `cpuMs` is what that took so far. Must not throw. */
  pure(op: string, text: string, cpuMs: number): string | undefined
}

export interface Engine {
  /** Enters the isolate. Rejects with EngineFault when the engine had to end the run. */
  enter(entry: 'call' | 'settle', ...rest: Wire[]): Promise<void>
  cpuMs(): number
  /**
   * Used heap, external memory included, ÷ the limit; undefined once the engine has disposed of the isolate. For when
   * nothing runs inside: it waits for what does. Asked in this thread, it is spared the way to another and back, which
   * is half of a call.
   */
  heap(): number | undefined
  dispose(): void
}

export class EngineFault extends Error {
  readonly fault: Fault
  constructor(fault: Fault, message: string) {
    super(message)
    this.fault = fault
  }
}

/** Makes an isolate, runs our bootstrap in it and then the plugin's top level. */
export async function createEngine(means: EngineMeans): Promise<Engine> {
  const isolate = new ivm.Isolate({
    memoryLimit: means.memoryMb,
    onCatastrophicError: () => process.kill(process.pid, 'SIGKILL'),
  })
  const start: Start = { failure: undefined }
  try {
    const entries = await runBootstrap(isolate, means, start)
    await checkWhole(isolate, means.code)
    const script = await isolate.compileScript(installing(means.code), { filename: 'plugin.js' })
    await script.run(entries.context, { timeout: means.startMs, release: true })
    if (start.failure !== undefined) throw new Error(start.failure)
    return engineOf(isolate, entries, means)
  } catch (error) {
    const fault = faultOf(isolate, error)
    disposeQuietly(isolate)
    throw new EngineFault(fault, start.failure ?? plainMessage(error))
  }
}

interface Entries {
  context: ivm.Context
  call: ivm.Reference<(...rest: Wire[]) => void>
  settle: ivm.Reference<(...rest: Wire[]) => void>
}

const whole = new Set<string>()

/** Only what is a script by itself can be put between our braces: it cannot close them. Looked at once a bundle. */
async function checkWhole(isolate: ivm.Isolate, code: string): Promise<void> {
  if (whole.has(code)) return
  await isolate.compileScript(code, { filename: 'plugin.js' })
  whole.add(code)
}

/** Why the plugin's top level failed, as our runtime tells it. */
interface Start {
  failure: string | undefined
}

async function runBootstrap(isolate: ivm.Isolate, means: EngineMeans, start: Start): Promise<Entries> {
  const context = await isolate.createContext()
  const out = new ivm.Callback(means.out, { ignored: true })
  const end = () => {
    start.failure = TOO_SLOW
    disposeQuietly(isolate)
  }
  const answer = (op: string, text: string): string => {
    if (op === START_FAILED) {
      start.failure = text
      return ''
    }
    const told = means.pure(op, text, cpuMsOf(isolate))
    if (told === undefined) end()
    return told ?? ''
  }
  const pure = new ivm.Callback(answer, { sync: true })
  const held = await context.evalClosure(means.bootstrap, [out, pure], {
    timeout: means.startMs,
    result: { reference: true },
    filename: 'runtime.js',
  })
  const call = await held.get('call', { reference: true })
  const settle = await held.get('settle', { reference: true })
  held.release()
  return { context, call, settle }
}

const START_FAILED = 'start_failed'
const TOO_SLOW = 'It took longer than it may.'
const cpuMsOf = (isolate: ivm.Isolate): number => Number(isolate.cpuTime) / 1e6

/**
 * The bundle leaves its plugin in a local; the install function takes itself off the global when it is called. It calls
 * the bundle, and tells in plain text what that throws: isolated-vm would read the thrown value outside of any timeout.
 * The second pair of parentheses tells the engine that the function runs at once, so that it is not parsed twice.
 */
const installing = (code: string) =>
  `globalThis.berthInstall((() => {\n${code}\n;return berthPlugin.default }))`

function engineOf(isolate: ivm.Isolate, entries: Entries, means: EngineMeans): Engine {
  return {
    async enter(entry, ...rest) {
      try {
        await entries[entry].apply(undefined, rest, { timeout: means.sliceMs })
      } catch (error) {
        throw new EngineFault(faultOf(isolate, error), 'The engine ended the run.')
      }
    },
    cpuMs: () => cpuMsOf(isolate),
    heap() {
      if (isolate.isDisposed) return undefined
      const stats = isolate.getHeapStatisticsSync()
      return (stats.used_heap_size + stats.externally_allocated_size) / (means.memoryMb * 1024 * 1024)
    },
    dispose: () => disposeQuietly(isolate),
  }
}

/** The engine alone disposes of an isolate behind our back, and only for its memory. */
function faultOf(isolate: ivm.Isolate, error: unknown): Fault {
  if (isolate.isDisposed) return 'memory'
  const text = plainMessage(error)
  return text.startsWith('Script execution timed out') ? 'slice' : 'unknown'
}

/** isolated-vm has already copied the message; only an own text property is read, never a getter. */
function plainMessage(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'It threw something that is no error.'
  const message: unknown = Object.getOwnPropertyDescriptor(error, 'message')?.value
  return typeof message === 'string' ? message.slice(0, 2_000) : 'It threw an error without a message.'
}

function disposeQuietly(isolate: ivm.Isolate): void {
  if (!isolate.isDisposed) isolate.dispose()
}
