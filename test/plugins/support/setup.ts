import { randomFillSync } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { memoryStorage } from '../../../core/conformance/memory-storage.ts'
import { systemClock } from '../../../core/kernel/index.ts'
import {
  bundlePlugin,
  createPlugins,
  readManifest,
  type LoadedPlugin,
  type PluginIncident,
  type PluginInstance,
  type PluginLogLine,
  type Plugins,
  type PluginsMeans,
} from '../../../core/plugins/index.ts'

/** Bundles of the fixtures are kept between runs of the tests; the key is the hash of their sources. */
const CACHE = join(tmpdir(), 'berth-test-plugins')

export interface Bench {
  plugins: Plugins
  lines: PluginLogLine[]
  incidents: PluginIncident[]
  /** A loaded plugin as an instance; settings and secrets are empty unless given. */
  instance(
    plugin: LoadedPlugin,
    more?: Partial<PluginInstance> & { secretValues?: Record<string, string> },
  ): PluginInstance
}

export function openBench(means: Partial<PluginsMeans> = {}): Bench {
  const lines: PluginLogLine[] = []
  const incidents: PluginIncident[] = []
  const plugins = createPlugins({
    clock: systemClock,
    randomFill: (bytes) => void randomFillSync(bytes),
    storage: memoryStorage(),
    log: { line: (line) => void lines.push(line), incident: (one) => void incidents.push(one) },
    cacheFolder: CACHE,
    ...means,
  })
  let count = 0
  return {
    plugins,
    lines,
    incidents,
    instance: (plugin, { secretValues = {}, ...more } = {}) => ({
      id: `plg_${plugin.manifest.id}_${++count}`,
      plugin,
      settings: {},
      secrets: (name) => Promise.resolve(secretValues[name]),
      ...more,
    }),
  }
}

/** A plugin written in a test: the body of `index.ts`, and what differs in its plugin.json. */
export interface WrittenPlugin {
  code: string
  manifest?: Record<string, unknown>
}

/** Bundles a plugin whose source is text; `plugin` in it is the default export. */
export async function loadWritten(id: string, { code, manifest = {} }: WrittenPlugin): Promise<LoadedPlugin> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-plugin-'))
  try {
    await writeFile(join(folder, 'index.ts'), code)
    const text = JSON.stringify({ ...minimalManifest(id), ...manifest })
    return { manifest: readManifest(text, `${id}/plugin.json`), bundle: await bundlePlugin(folder, CACHE) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** A plugin of its own folder under fixtures. */
export const loadFixture = (name: string): Promise<LoadedPlugin> => loadFolder(`../fixtures/${name}`, name)

/** One of the plugins in examples. */
export const loadExample = (name: string): Promise<LoadedPlugin> =>
  loadFolder(`../../../examples/${name}`, name)

async function loadFolder(path: string, name: string): Promise<LoadedPlugin> {
  const folder = fileURLToPath(new URL(path, import.meta.url))
  const text = await readFile(join(folder, 'plugin.json'), 'utf8')
  const manifest = readManifest(text, `${name}/plugin.json`)
  return { manifest, bundle: await bundlePlugin(folder, CACHE, manifest) }
}

export const minimalManifest = (id: string): Record<string, unknown> => ({
  id,
  name: 'A plugin of the tests',
  version: '1.0.0',
  sdk: '1',
  description: 'Written by a test.',
  kinds: { gateway: ['test_connection', 'handle_event'] },
})

/** A gateway whose `test_connection` runs the code and reports what it returns as one step's detail. */
export const reporting = (code: string): string => `
export default {
  gateway: (context) => ({
    async test_connection() {
      const run = async () => { ${code} }
      const detail = await run()
      return { ok: true, steps: [{ name: 'run', ok: true, detail: typeof detail === 'string' ? detail : JSON.stringify(detail) ?? '' }] }
    },
    async handle_event(event) {
      return { facts: [{ fact: 'ignored', reason: event.body }] }
    },
  }),
}`

/** Calls a plugin made by `reporting` and answers what its code returned. */
export async function report(bench: Bench, instance: PluginInstance, deadlineMs = 10_000): Promise<string> {
  const answer = await bench.plugins.call(instance, 'gateway', 'test_connection', { input: {}, deadlineMs })
  return (answer as { steps: { detail: string }[] }).steps[0]?.detail ?? ''
}
