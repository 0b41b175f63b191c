import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SampleFacts } from '../../core/app/sample/index.ts'

const BERTH = resolve(import.meta.dirname, '../../bin/berth')

/** Seconds by the clock and of CPU; on a busy machine only the second ones can be compared. */
export interface Cost {
  wall: number
  cpu: number
}

export interface Shop {
  folder: string
  port: number
}

/** As a shell would: by its own first line, which sets the size of the heap. */
export function begin({ folder, port }: Shop): { child: ChildProcess; cost: () => Cost } {
  const started = performance.now()
  const child = spawn(BERTH, ['start'], {
    env: { ...process.env, BERTH_DATA_DIR: folder, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const cost = () => ({ wall: (performance.now() - started) / 1_000, cpu: cpuSeconds(child.pid!) })
  return { child, cost }
}

export async function until(child: ChildProcess, met: () => Promise<boolean>): Promise<void> {
  while (!(await met())) {
    if (child.exitCode !== null) throw new Error(`Berth ended with ${child.exitCode}.`)
    await sleep(5)
  }
}

export async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const [code] = (await exited) as [number | null]
  if (code !== 0) throw new Error(`Berth was stopped and ended with ${code}.`)
}

/** The page itself with the brand's name, not merely an answer. */
export async function isHome({ port }: Shop): Promise<boolean> {
  try {
    const page = await fetch(`http://127.0.0.1:${port}/`)
    return (await page.text()).includes('Sample Hosting')
  } catch {
    return false
  }
}

/** It says so when its companies run, too. */
export async function isOpen(child: ChildProcess): Promise<void> {
  let said = ''
  child.stdout!.on('data', (chunk) => (said += String(chunk)))
  await until(child, () => Promise.resolve(said.includes('Ctrl-C ends it.')))
}

/** The simulated Stripe reports a dispute, which its plugin has to read. */
export async function tellOfDispute({ folder }: Shop): Promise<void> {
  const { ports } = JSON.parse(readFileSync(join(folder, 'sample.json'), 'utf8')) as SampleFacts
  const control = `http://127.0.0.1:${ports.stripe}/_control`
  const { charges } = (await (await fetch(`${control}/state`)).json()) as {
    charges: { id: string; captured: boolean }[]
  }
  const body = JSON.stringify({ charge: charges.find(({ captured }) => captured)!.id })
  const told = await fetch(`${control}/dispute`, { method: 'POST', body })
  if (!told.ok) throw new Error(`The simulated Stripe answered ${told.status}.`)
}

const TICKS_PER_SECOND = 100

/** Of a process and those that it started, with all threads. */
function cpuSeconds(pid: number): number {
  const own = statOf(pid)
  const ticks = Number(own[11]) + Number(own[12]) + Number(own[13]) + Number(own[14])
  return childrenOf(pid).reduce((sum, child) => sum + cpuSeconds(child), ticks / TICKS_PER_SECOND)
}

/** The fields behind the name, which may hold blanks. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
}

/** Of all that a process has started: the plugin hosts, and what stands between as their wall. */
export function pluginHostsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [
    ...(isPluginHost(child) ? [child] : []),
    ...pluginHostsOf(child),
  ])
}

const isPluginHost = (pid: number): boolean =>
  readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--jitless')

export function pssMegabytes(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const kilobytes = Number(/^Pss:\s+(\d+) kB/m.exec(rollup)![1])
  return Math.round(kilobytes / 102.4) / 10
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}
