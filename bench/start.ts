import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SampleFacts } from '../core/app/sample/index.ts'
import { median, report, type Judged } from './figure.ts'

const ROUNDS = 5
const IDLE_MS = 30_000
const BERTH = resolve(import.meta.dirname, '../bin/berth')

/** Seconds by the clock and of CPU; on a busy machine only the second ones can be compared. */
interface Cost {
  wall: number
  cpu: number
}

/**
 * The sample shop on an empty folder until it is open; then, in turns with a bare Node, from process start to the home
 * page; last the memory of core and plugin hosts half a minute after a plugin was called. Simulated companies do not count.
 */
export async function benchStart(): Promise<Judged[]> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'))
  const shop = { folder, port: await freePort() }
  try {
    const first = await firstStart(shop)
    const { second, bare } = await secondStarts(shop)
    const megabytes = await idleMemory(shop)
    show('first start', [first])
    show('second start', second)
    show('node -e 0', bare)
    const wall = median(second.map((cost) => cost.wall))
    const baseline = median(bare.map((cost) => cost.wall))
    return [
      report({ name: 'start_first_s', value: first.wall, unit: 's', bar: { of: 'value', most: 20 } }),
      report({
        name: 'start_second_s',
        value: wall,
        unit: 's',
        baseline,
        ratio: wall / baseline,
        bar: { of: 'value', most: 1.5 },
      }),
      report({ name: 'idle_pss_mb', value: megabytes, unit: 'MB', bar: { of: 'value', most: 200 } }),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function show(start: string, costs: readonly Cost[]): void {
  const of = (which: keyof Cost) => Number(median(costs.map((cost) => cost[which])).toFixed(3))
  console.log(JSON.stringify({ start, wall_s: of('wall'), cpu_s: of('cpu'), rounds: costs.length }))
}

interface Shop {
  folder: string
  port: number
}

async function firstStart(shop: Shop): Promise<Cost> {
  const { child, cost } = begin(shop)
  await isOpen(child)
  const taken = cost()
  await end(child)
  return taken
}

async function secondStarts(shop: Shop): Promise<{ second: Cost[]; bare: Cost[] }> {
  const second: Cost[] = []
  const bare: Cost[] = []
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(bareNode())
    const { child, cost } = begin(shop)
    await until(child, () => isHome(shop))
    second.push(cost())
    await end(child)
  }
  return { second, bare }
}

async function idleMemory(shop: Shop): Promise<number> {
  const { child } = begin(shop)
  await isOpen(child)
  await tellOfDispute(shop)
  const hosts = () => childrenOf(child.pid!).filter(isPluginHost)
  await until(child, () => Promise.resolve(hosts().length > 0))
  await isHome(shop)
  await sleep(IDLE_MS)
  const parts = [child.pid!, ...hosts()].map(pssMegabytes)
  console.log(JSON.stringify({ idle_pss_mb_of: { core: parts[0], plugin_hosts: parts.slice(1) } }))
  await end(child)
  return parts.reduce((sum, part) => sum + part, 0)
}

/** As a shell would: by its own first line, which sets the size of the heap. */
function begin({ folder, port }: Shop): { child: ChildProcess; cost: () => Cost } {
  const started = performance.now()
  const child = spawn(BERTH, ['start'], {
    env: { ...process.env, BERTH_DATA_DIR: folder, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const cost = () => ({ wall: (performance.now() - started) / 1_000, cpu: cpuSeconds(child.pid!) })
  return { child, cost }
}

async function until(child: ChildProcess, met: () => Promise<boolean>): Promise<void> {
  while (!(await met())) {
    if (child.exitCode !== null) throw new Error(`Berth ended with ${child.exitCode}.`)
    await sleep(5)
  }
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const [code] = (await exited) as [number | null]
  if (code !== 0) throw new Error(`Berth was stopped and ended with ${code}.`)
}

/** The page itself with the brand's name, not merely an answer. */
async function isHome({ port }: Shop): Promise<boolean> {
  try {
    const page = await fetch(`http://127.0.0.1:${port}/`)
    return (await page.text()).includes('Sample Hosting')
  } catch {
    return false
  }
}

/** It says so when its companies run, too. */
async function isOpen(child: ChildProcess): Promise<void> {
  let said = ''
  child.stdout!.on('data', (chunk) => (said += String(chunk)))
  await until(child, () => Promise.resolve(said.includes('Ctrl-C ends it.')))
}

/** The simulated Stripe reports a dispute, which its plugin has to read. */
async function tellOfDispute({ folder }: Shop): Promise<void> {
  const { ports } = JSON.parse(readFileSync(join(folder, 'sample.json'), 'utf8')) as SampleFacts
  const control = `http://127.0.0.1:${ports.stripe}/_control`
  const { charges } = (await (await fetch(`${control}/state`)).json()) as {
    charges: { id: string; captured: boolean }[]
  }
  const body = JSON.stringify({ charge: charges.find(({ captured }) => captured)!.id })
  const told = await fetch(`${control}/dispute`, { method: 'POST', body })
  if (!told.ok) throw new Error(`The simulated Stripe answered ${told.status}.`)
}

/** A Node that does nothing says itself what it cost. */
function bareNode(): Cost {
  const started = performance.now()
  const { stdout } = spawnSync(process.execPath, ['-e', SAY_COST], { encoding: 'utf8' })
  return { wall: (performance.now() - started) / 1_000, cpu: Number(stdout) }
}

const SAY_COST =
  'const { user, system } = process.cpuUsage(); process.stdout.write(String((user + system) / 1e6))'

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

const isPluginHost = (pid: number): boolean =>
  readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--jitless')

function pssMegabytes(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const kilobytes = Number(/^Pss:\s+(\d+) kB/m.exec(rollup)![1])
  return Math.round(kilobytes / 102.4) / 10
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}
