import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { median, report, type Judged } from './figure.ts'
import { hundredPlugins } from './start/hundred-plugins.ts'
import {
  begin,
  end,
  freePort,
  isHome,
  isOpen,
  pluginHostsOf,
  pssMegabytes,
  tellOfDispute,
  until,
  type Cost,
  type Shop,
} from './start/shop-process.ts'

const ROUNDS = 5
const IDLE_MS = 30_000

/**
 * The sample shop on an empty folder until it is open; then, in turns with a bare Node, from process start to the home
 * page; last the memory of core and plugin hosts half a minute after a plugin was called. Simulated companies do not count. Then the same with a hundred plugins more.
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
      ...(await hundredPlugins(shop)),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function show(start: string, costs: readonly Cost[]): void {
  const of = (which: keyof Cost) => Number(median(costs.map((cost) => cost[which])).toFixed(3))
  console.log(JSON.stringify({ start, wall_s: of('wall'), cpu_s: of('cpu'), rounds: costs.length }))
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
  const hosts = () => pluginHostsOf(child.pid!)
  await until(child, () => Promise.resolve(hosts().length > 0))
  await isHome(shop)
  await sleep(IDLE_MS)
  const parts = [child.pid!, ...hosts()].map(pssMegabytes)
  console.log(JSON.stringify({ idle_pss_mb_of: { core: parts[0], plugin_hosts: parts.slice(1) } }))
  await end(child)
  return parts.reduce((sum, part) => sum + part, 0)
}

/** A Node that does nothing says itself what it cost. */
function bareNode(): Cost {
  const started = performance.now()
  const { stdout } = spawnSync(process.execPath, ['-e', SAY_COST], { encoding: 'utf8' })
  return { wall: (performance.now() - started) / 1_000, cpu: Number(stdout) }
}

const SAY_COST =
  'const { user, system } = process.cpuUsage(); process.stdout.write(String((user + system) / 1e6))'
