import { build } from 'esbuild'
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Task, Word } from './victim.ts'

export type Ended = Extract<Word, { word: 'ended' }>

export interface Death {
  /** Where it killed itself; undefined when it was killed from outside. */
  statement: string | undefined
  acknowledged: number[]
}

export type Outcome = { lived: Ended } | { died: Death }

/** Runs one task after another, each in a process that is ready; the next one is being started meanwhile. */
export interface Lane {
  /** With `killAfterMs` the process is killed from outside so long after its work began. */
  run(task: Task, killAfterMs?: number): Promise<Outcome>
  end(): void
}

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/torture')

/**
 * The victim's program in one file, with its compiled code kept beside it: each kill costs the start of a process, and
 * most of that would be the reading of some 900 files.
 */
export async function bundleVictim(): Promise<string> {
  const program = join(CACHE, 'victim.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, 'victim.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['better-sqlite3', 'pg', 'graphile-worker', 'pino', '@node-rs/argon2'],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    logLevel: 'error',
  })
  return program
}

export function openLane(program: string): Lane {
  let spare = startVictim(program)
  let current: ChildProcess | undefined
  return {
    async run(task, killAfterMs) {
      if (!current) {
        current = await spare
        spare = startVictim(program)
      }
      const outcome = await runIn(current, task, killAfterMs)
      if ('died' in outcome) current = undefined
      return outcome
    },
    end() {
      current?.disconnect()
      void spare.then((child) => child.disconnect())
    },
  }
}

function startVictim(program: string): Promise<ChildProcess> {
  const child = fork(program, { env: { ...process.env, NODE_COMPILE_CACHE: CACHE } })
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child))
    child.once('exit', (code) => reject(new Error(`A victim ended with ${code} before it was told to work.`)))
  })
}

function runIn(child: ChildProcess, task: Task, killAfterMs: number | undefined): Promise<Outcome> {
  const death: Death = { statement: undefined, acknowledged: [...task.acknowledged] }
  let timer: NodeJS.Timeout | undefined
  child.removeAllListeners()
  return new Promise((resolve, reject) => {
    child.on('message', (word: Word) => {
      if (word.word === 'begins' && killAfterMs !== undefined)
        timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs)
      else if (word.word === 'acknowledged') death.acknowledged.push(word.n)
      else if (word.word === 'dies') death.statement = word.statement
      else if (word.word === 'failed') reject(new Error(`The work failed: ${word.reason}`))
      else if (word.word === 'ended') {
        clearTimeout(timer)
        resolve({ lived: word })
      }
    })
    // After "exit", words may still lie in the channel; "close" comes when all were read.
    child.on('close', (_code, signal) => {
      clearTimeout(timer)
      if (signal === 'SIGKILL') resolve({ died: death })
      else reject(new Error('A victim ended without a word.'))
    })
    child.send(task)
  })
}
