import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

const ROOT = resolve(import.meta.dirname, '../..')
const START_MS = 60_000
const END_MS = 8_000

/** Everything runs as processes of its own, as it would at a provider; this one only talks to them. */
export interface Processes {
  /** `berth …` to its end; answers what it printed. */
  berth(args: readonly string[], input?: string): Promise<string>
  /** Runs until `end`; answers when the core says that it runs. */
  serve(): Promise<void>
  /** A simulated company; answers the one line of JSON that it prints. */
  company(name: string, args?: readonly string[]): Promise<Record<string, string | number>>
  end(): Promise<void>
}

export function startProcesses(environment: Readonly<Record<string, string>>): Processes {
  const children: ChildProcess[] = []
  const start = (script: string, args: readonly string[]) => {
    const child = spawn(process.execPath, [join(ROOT, script), ...args], {
      env: { ...process.env, ...environment },
    })
    children.push(child)
    return child
  }
  return {
    async berth(args, input = '') {
      const child = start('bin/berth', args)
      child.stdin.end(input)
      const [out, errors, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'exit') as Promise<[number]>,
      ])
      if (code !== 0) throw new Error(`berth ${args.join(' ')} ended with ${code}: ${out}${errors}`)
      return out
    },
    async serve() {
      const child = start('bin/berth', ['serve'])
      let log = ''
      child.stderr.on('data', (chunk) => (log = (log + String(chunk)).slice(-20_000)))
      child.stdout.resume()
      await until(() => {
        if (child.exitCode !== null) throw new Error(`berth serve ended with ${child.exitCode}: ${log}`)
        return log.includes('Berth runs')
      }, 'berth serve to run')
    },
    async company(name, args = []) {
      const child = start(`simulators/${name}/main.ts`, args)
      child.stderr.pipe(process.stderr)
      const lines = createInterface({ input: child.stdout })
      const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as unknown[]
      if (typeof line !== 'string') throw new Error(`The simulated company ${name} did not start.`)
      return JSON.parse(line) as Record<string, string | number>
    },
    end: async () => void (await Promise.all(children.map(endOne))),
  }
}

async function endOne(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const cut = setTimeout(() => child.kill('SIGKILL'), END_MS)
  await exited
  clearTimeout(cut)
}

/** Asks until it is true; what does not come within a minute will not come. */
export async function until(
  asked: () => boolean | Promise<boolean>,
  what: string,
  withinMs = START_MS,
): Promise<void> {
  for (const end = performance.now() + withinMs; ;) {
    if (await asked()) return
    if (performance.now() > end) throw new Error(`Waited ${withinMs / 1_000} seconds in vain for ${what}.`)
    await new Promise((resume) => setTimeout(resume, 100))
  }
}

export function freePort(): Promise<number> {
  return new Promise((done, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => done(port))
    })
  })
}
