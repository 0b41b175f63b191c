import { randomFillSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { memoryStorage } from '../core/conformance/memory-storage.ts'
import { systemClock } from '../core/kernel/index.ts'
import {
  createPlugins,
  readManifest,
  type LoadedPlugin,
  type PluginInstance,
  type Plugins,
} from '../core/plugins/index.ts'
import { median, report, type Judged } from './figure.ts'
import { measureHooks, type HookFigures } from './hooks.ts'
import { load } from './load.ts'
import { openShop } from './pages/open-shop.ts'
import { createToReport } from './sandbox/create-to-report.ts'
import { measureInside } from './sandbox/measure-inside.ts'

/** What a plugin costs in its sandbox, and what a page costs while plugins misbehave. All through the real plugin host. */
export async function benchSandbox(): Promise<Judged[]> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-bench-'))
  try {
    const call = await calls()
    const inside = await measureInside(folder)
    return [
      judge('sandbox_cold_ms', 'ms', 30, await withPlugins(folder, coldStarts)),
      judge('sandbox_call_inside_us', 'µs', 150, inside.callUs),
      judge('sandbox_ask_inside_us', 'µs', 120, inside.askUs),
      judge('sandbox_call_ms', 'ms', 0.5, call.medianMs),
      judge('sandbox_call_p95_ms', 'ms', 2, call.p95Ms),
      judge('sandbox_ask_ms', 'ms', 0.4, await withPlugins(folder, asks)),
      judge('sandbox_restart_ms', 'ms', 1_000, await restarts(folder)),
      judge('sandbox_deadline_ms', 'ms', 50, await lateness(folder, NEVER)),
      judge('sandbox_poisoned_ms', 'ms', 500, await lateness(folder, UNSTOPPABLE)),
      judge('sandbox_idle_mb', 'MiB', 3, await withPlugins(folder, idleIsolates)),
      judge('sandbox_host_mb', 'MiB', 70, await withPlugins(folder, emptyHost)),
      judge('plugin_create_s', 's', 60, await createToReport(folder)),
      await pageUnderAttack(folder),
    ]
  } finally {
    await rm(folder, { recursive: true })
  }
}

const judge = (name: string, unit: string, most: number, value: number): Judged =>
  report({ name, value, unit, bar: { of: 'value', most } })

function open(folder: string): Plugins {
  return createPlugins({
    clock: systemClock,
    randomFill: (bytes) => void randomFillSync(bytes),
    storage: memoryStorage(),
    log: { line: () => undefined, incident: () => undefined },
    cacheFolder: join(folder, 'cache'),
  })
}

async function withPlugins<T>(folder: string, measure: (plugins: Plugins) => Promise<T>): Promise<T> {
  const plugins = open(folder)
  try {
    return await measure(plugins)
  } finally {
    plugins.stop()
  }
}

let bundles = 0

/** A gateway whose connection test runs the code. */
function plugin(code: string, more = ''): LoadedPlugin {
  const manifest = readManifest(
    JSON.stringify({
      ...{ id: 'measured', name: 'Measured', version: '1.0.0', sdk: '1', description: 'For the bench.' },
      kinds: { gateway: ['test_connection'] },
      permissions: { storage: { bytes: 1_000 } },
      limits: { asks: 1_000, isolates: 1 },
    }),
    'the plugin of the bench',
  )
  const script = `var berthPlugin = { default: { gateway: (context) => ({
    async test_connection() { ${code}; return { ok: true, steps: [] } } }) } }\n${more}`
  return { manifest, bundle: { code: script, hash: String(++bundles) } }
}

let instances = 0
const instanceOf = (found: LoadedPlugin): PluginInstance => ({
  id: `plg_${++instances}`,
  plugin: found,
  settings: {},
  secrets: () => Promise.resolve(undefined),
})

const run = (plugins: Plugins, instance: PluginInstance, deadlineMs = 15_000): Promise<unknown> =>
  plugins.call(instance, 'gateway', 'test_connection', { input: {}, deadlineMs })

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

/** The first call of an instance whose bundle has 300 kB, in a host process that runs: the isolate's start and one call. */
async function coldStarts(plugins: Plugins): Promise<number> {
  const functions = Array.from({ length: 3_000 }, (_, n) => `function part${n}(a, b) {\n  ${BODY}\n}`)
  const found = plugin('', functions.join('\n'))
  const times: number[] = []
  for (let round = 0; round < 20; round++) times.push(await timed(() => run(plugins, instanceOf(found))))
  return median(times.slice(1))
}

const BODY = 'if (a > b) return { a, b, sum: a + b, text: "of " + a }; return [a, b, a * b, String(a)]'

async function calls(): Promise<Omit<HookFigures, 'firstMs'>> {
  const rounds = [await measureHooks(), await measureHooks(), await measureHooks()]
  const middle = (name: 'medianMs' | 'p95Ms') => median(rounds.map((round) => round[name]))
  return { medianMs: middle('medianMs'), p95Ms: middle('p95Ms') }
}

const ASKS = 500

/** One question to core and its answer, out of a call that asks 500 times. */
async function asks(plugins: Plugins): Promise<number> {
  const asking = instanceOf(plugin(`for (let i = 0; i < ${ASKS}; i++) await context.storage.get('a')`))
  const silent = instanceOf(plugin(''))
  const times: number[] = []
  for (let round = 0; round < 12; round++) {
    const without = await timed(() => run(plugins, silent))
    times.push(((await timed(() => run(plugins, asking))) - without) / ASKS)
  }
  return median(times.slice(2))
}

/** From the death of a host process to the first answer of the next one. */
async function restarts(folder: string): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < 5; round++)
    times.push(
      await withPlugins(folder, async (plugins) => {
        const instance = instanceOf(plugin(''))
        await run(plugins, instance)
        process.kill(await hostOf(plugins), 'SIGKILL')
        return timed(async () => {
          while ((await run(plugins, instance).catch(() => 'lost')) === 'lost');
        })
      }),
    )
  return median(times)
}

const DEADLINE_MS = 300
const NEVER = 'await new Promise(() => undefined)'
const UNSTOPPABLE = 'Array.prototype.indexOf.call({ length: 2 ** 40 }, 1)'

/** How long after its deadline a caller has its error; the process of what cannot be stopped is killed later. */
async function lateness(folder: string, code: string): Promise<number> {
  const late: number[] = []
  for (let round = 0; round < 5; round++)
    await withPlugins(folder, async (plugins) => {
      await run(plugins, instanceOf(plugin('')))
      const took = await timed(() =>
        run(plugins, instanceOf(plugin(code)), DEADLINE_MS).catch(() => undefined),
      )
      late.push(Math.max(0, took - DEADLINE_MS))
    })
  return median(late)
}

const ISOLATES = 40

async function idleIsolates(plugins: Plugins): Promise<number> {
  const found = plugin('')
  await run(plugins, instanceOf(found))
  const host = await hostOf(plugins)
  await wait(1_000)
  const before = residentMiB(host)
  for (let n = 0; n < ISOLATES; n++) await run(plugins, instanceOf(found))
  await wait(1_000)
  return (residentMiB(host) - before) / ISOLATES
}

async function emptyHost(plugins: Plugins): Promise<number> {
  const instance = instanceOf(plugin(''))
  await run(plugins, instance)
  plugins.drain(instance.id)
  await wait(1_000)
  return residentMiB(await hostOf(plugins))
}

async function hostOf(plugins: Plugins): Promise<number> {
  const [host] = (await plugins.health()).hosts
  if (host?.pid === undefined) throw new Error('No plugin host runs.')
  return host.pid
}

function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) / 1_024
}

const MISDEEDS = [
  'for (;;);',
  'const kept = []; for (;;) kept.push(new Array(1_000).fill({ a: 1 }))',
  "for (let i = 0; i < 1e6; i++) { console.log('x'.repeat(2_000)); await context.storage.get('a') }",
]
const PAIRS = 9

/** A page's 99th percentile while one plugin loops, one leaks and one floods, over the same without them, in turns. */
async function pageUnderAttack(folder: string): Promise<Judged> {
  const shop = await openShop(folder)
  const page = shop.pages.find(({ name }) => name === 'invoice')!
  const p99 = async () => (await load(shop.web.address + page.path, { cookie: page.cookies })).p99
  const pairs: { quiet: number; attacked: number }[] = []
  await p99()
  for (let pair = 0; pair < PAIRS; pair++) {
    const quiet = await p99()
    const attacked = await withAttack(folder, p99)
    pairs.push({ quiet, attacked })
  }
  await shop.close()
  return report({
    name: 'page_p99_under_attack',
    value: median(pairs.map(({ attacked }) => attacked)),
    unit: 'ms',
    baseline: median(pairs.map(({ quiet }) => quiet)),
    ratio: median(pairs.map(({ quiet, attacked }) => attacked / quiet)),
    bar: { of: 'ratio', most: 1.5 },
  })
}

/** Each misdeed again and again, as a new instance each time, so that no breaker ends it. */
async function withAttack(folder: string, measure: () => Promise<number>): Promise<number> {
  const plugins = open(folder)
  let on = true
  const attackers = MISDEEDS.map(async (code) => {
    const found = plugin(code)
    while (on) {
      const instance = instanceOf(found)
      await run(plugins, instance, 5_000).catch(() => undefined)
      plugins.drain(instance.id)
    }
  })
  await wait(500)
  const measured = await measure()
  on = false
  plugins.stop()
  await Promise.all(attackers)
  return measured
}
