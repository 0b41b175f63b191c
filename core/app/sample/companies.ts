import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Outside } from '../areas.ts'
import { writeFacts, type SampleFacts } from './sample-facts.ts'

const SIMULATORS = resolve(import.meta.dirname, '../../../simulators')

/** The address that the sample shop knows the panel by. */
export const PANEL_HOST = 'panel.sample.example'

/** Simulated companies beside the sample shop, each a process of its own. Addresses are origins. */
export interface Companies extends Outside {
  stripe: string
  panel: string
  mail: string
}

/**
 * Starts them on the ports of before. They keep what they know in the data folder, and end with this process however it
 * ends, because their channel to it breaks.
 */
export async function startCompanies(dataDir: string, facts: SampleFacts): Promise<Companies> {
  const { ports, keys } = facts
  const children: ChildProcess[] = []
  const start = (name: string, args: readonly (string | number)[]) =>
    startCompany(children, name, args.map(String))
  const stop = async () => void (await Promise.all(children.map(end)))
  try {
    const [stripe, panel, mail] = await Promise.all([
      start('stripe', [
        ...['--port', ports.stripe, '--secret-key', keys.stripe],
        ...['--state', join(dataDir, 'simulated-stripe')],
      ]),
      start('pterodactyl', [
        ...['--port', ports.panel, '--application-key', keys.application, '--client-key', keys.client],
        // The year of the sample shop passes in seconds: no install takes time, and no minute has too many calls.
        ...['--install-ms', 0, '--calls-per-minute', 1_000_000],
        ...['--state', join(dataDir, 'simulated-panel')],
      ]),
      start('mail', ['--smtp-port', ports.smtp, '--http-port', ports.mail]),
    ])
    writeFacts(dataDir, facts)
    const outbound = { 'api.stripe.com': stripe, [PANEL_HOST]: panel }
    return { stripe, panel, mail, outbound, smtpUrl: `smtp://127.0.0.1:${ports.smtp}`, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Answers the origin that the simulator prints as its first line. */
async function startCompany(
  children: ChildProcess[],
  name: string,
  args: readonly string[],
): Promise<string> {
  const script = join(SIMULATORS, name, 'main.ts')
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // Not of our process group: Ctrl-C ends us first, and then them.
    detached: true,
  })
  children.push(child)
  const lines = createInterface({ input: child.stdout! })
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as unknown[]
  if (typeof line === 'string') return (JSON.parse(line) as { url: string }).url
  throw new Error(
    `The simulated company "${name}" did not start. Its words stand above; if its port is taken, remove "ports" of the sample by deleting the data folder.`,
  )
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
