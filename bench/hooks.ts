import { randomFillSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { median, report, type Judged } from './figure.ts'
import { memoryStorage } from '../core/conformance/memory-storage.ts'
import { systemClock } from '../core/kernel/index.ts'
import { bundlePlugin, createPlugins, readManifest, type PluginInstance } from '../core/plugins/index.ts'

/** One call from core into a plugin and back with 2 kB each way, through the real plugin host. Milliseconds. */
export interface HookFigures {
  medianMs: number
  p95Ms: number
  /** The first call: host process, isolate and bundle included. */
  firstMs: number
}

const ECHO = `export default {
  gateway: () => ({
    handle_event: async (event) => ({ facts: [{ fact: 'ignored', reason: event.body }] }),
  }),
}`
const BODY = 'x'.repeat(2_000)

export async function measureHooks(calls = 2_000): Promise<HookFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-bench-'))
  const plugins = createPlugins({
    clock: systemClock,
    randomFill: (bytes) => void randomFillSync(bytes),
    storage: memoryStorage(),
    log: { line: () => undefined, incident: () => undefined },
    cacheFolder: join(folder, 'cache'),
  })
  try {
    const instance = await echoInstance(folder)
    const once = () =>
      plugins.call(instance, 'gateway', 'handle_event', {
        input: { body: BODY, headers: {}, verified: true },
        deadlineMs: 15_000,
      })
    const firstMs = await timed(once)
    for (let i = 0; i < calls / 10; i++) await once()
    const times: number[] = []
    for (let i = 0; i < calls; i++) times.push(await timed(once))
    times.sort((a, b) => a - b)
    return { firstMs, medianMs: at(times, 0.5), p95Ms: at(times, 0.95) }
  } finally {
    plugins.stop()
    await rm(folder, { recursive: true })
  }
}

async function echoInstance(folder: string): Promise<PluginInstance> {
  await writeFile(join(folder, 'index.ts'), ECHO)
  const manifest = readManifest(
    JSON.stringify({
      id: 'echo',
      name: 'Echo',
      version: '1.0.0',
      sdk: '1',
      description: 'Answers what it is told.',
      kinds: { gateway: ['handle_event'] },
    }),
    'the echo plugin of the bench',
  )
  const bundle = await bundlePlugin(folder, join(folder, 'cache'))
  return {
    id: 'plg_echo',
    plugin: { manifest, bundle },
    settings: {},
    secrets: () => Promise.resolve(undefined),
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await run()
  return performance.now() - startedAt
}

const at = (sorted: readonly number[], share: number) => sorted[Math.floor(sorted.length * share)] ?? 0

/** The figure of `npm run bench -- hooks`: the median of three measurements, each of two thousand calls. */
export async function benchHooks(): Promise<Judged[]> {
  const medians: number[] = []
  for (let round = 0; round < 3; round++) medians.push((await measureHooks()).medianMs)
  return [
    report({
      name: 'hook_roundtrip_ms',
      value: median(medians),
      unit: 'ms',
      bar: { of: 'value', most: 0.5 },
    }),
  ]
}
