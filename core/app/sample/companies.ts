import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Outside } from '../areas.ts'
import { CompanyFailed } from '../errors.ts'
import { compileCache } from '../places.ts'
import type { SampleFacts } from './sample-facts.ts'

const SIMULATORS = resolve(import.meta.dirname, '../../../simulators')

/** The address that the sample shop knows the panel by. */
export const PANEL_HOST = 'panel.sample.example'

/** Simulated companies beside the sample shop, each a process of its own. Addresses are origins. */
export interface Companies extends Outside {
  stripe: string
  panel: string
  mail: string
  /** Fulfils when all of them listen. */
  start(): Promise<void>
}

/**
 * They stand on the ports of before, so the shop knows where they are before they run. They keep what they know in the
 * data folder, and end with this process however it ends, because their channel to it breaks.
 */
export function companiesOf(dataDir: string, { ports, keys }: SampleFacts): Companies {
  const children: ChildProcess[] = []
  const start = async (name: string, args: readonly (string | number)[]) => {
    const child = openCompany(dataDir, name, args)
    children.push(child)
    await listening(child, name)
  }
  const stripe = ['--port', ports.stripe, '--secret-key', keys.stripe]
  const panel = ['--port', ports.panel, '--application-key', keys.application, '--client-key', keys.client]
  // The year of the sample shop passes in seconds: no install takes time, and no minute has too many calls.
  const fast = ['--install-ms', 0, '--calls-per-minute', 1_000_000]
  const state = (name: string) => ['--state', join(dataDir, name)]
  return {
    stripe: originOf(ports.stripe),
    panel: originOf(ports.panel),
    mail: originOf(ports.mail),
    outbound: { 'api.stripe.com': originOf(ports.stripe), [PANEL_HOST]: originOf(ports.panel) },
    companies: [
      { key: 'mail', url: originOf(ports.mail) },
      { key: 'stripe', url: originOf(ports.stripe) },
      { key: 'pterodactyl', url: originOf(ports.panel) },
    ],
    smtpUrl: `smtp://127.0.0.1:${ports.smtp}`,
    start: async () =>
      void (await Promise.all([
        start('stripe', [...stripe, ...state('simulated-stripe')]),
        start('pterodactyl', [...panel, ...fast, ...state('simulated-panel')]),
        start('mail', ['--smtp-port', ports.smtp, '--http-port', ports.mail]),
      ])),
    stop: async () => void (await Promise.all(children.map(end))),
  }
}

const originOf = (port: number): string => `http://127.0.0.1:${port}`

function openCompany(dataDir: string, name: string, args: readonly (string | number)[]): ChildProcess {
  const script = join(SIMULATORS, name, 'main.ts')
  return spawn(process.execPath, [script, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { NODE_COMPILE_CACHE: compileCache({ dataDir }) },
    // Not of our process group: Ctrl-C ends us first, and then them.
    detached: true,
  })
}

/** Fulfils with the first line that the simulator prints. */
async function listening(child: ChildProcess, name: string): Promise<void> {
  const lines = createInterface({ input: child.stdout! })
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as unknown[]
  if (typeof line !== 'string') throw CompanyFailed({ name })
}

const END_MS = 3_000

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const cut = setTimeout(() => child.kill('SIGKILL'), END_MS)
  await exited
  clearTimeout(cut)
}
