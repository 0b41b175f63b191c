import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serveCompany, type CompanyServer, type Conformance, type Weather } from '../../sdk/test-kit/index.ts'
import { BerthError } from '../kernel/index.ts'
import {
  bundlePlugin,
  createPlugins,
  readManifest,
  type Kind,
  type LoadedPlugin,
  type PluginIncident,
  type Plugins,
  type PluginsMeans,
} from '../plugins/index.ts'
import { memoryStorage } from './memory-storage.ts'
import { openCompany, readScript } from './script.ts'
import { simulatedWrites, type SimulatedWrites } from './simulated-writes.ts'

/** The plugin in one real host for all its benches, and what a bench may turn on it. */
export interface Subject {
  plugin: LoadedPlugin
  about: Conformance
  plugins: Plugins
  /** Filled by the bench that is open: one at a time. */
  outbound: Record<string, string>
  incidents: PluginIncident[]
  writes: SimulatedWrites
}

export type Told = { answer: unknown } | { code: string; message: string }

/** One instance of the plugin in the real sandbox, with a company of its own. */
export interface Bench {
  company: CompanyServer
  /** What it asked to have written. */
  writes: SimulatedWrites
  made(): number
  /** Whether its company counts that at all. */
  counts: boolean
  /** Lets days go by at its company; undefined where that knows no time. */
  pass: ((days: number) => unknown) | undefined
  refused(): string[]
  call(kind: Kind, operation: string, input: unknown, deadlineMs?: number): Promise<Told>
  close(): Promise<void>
}

export type BenchMeans = Pick<PluginsMeans, 'clock' | 'randomFill' | 'cacheFolder'>

/** Reads a plugin's folder and makes a host for it; `plugins.stop()` ends that. */
export async function openSubject(means: BenchMeans, folder: string): Promise<Subject> {
  const file = join(folder, 'plugin.json')
  const manifest = readManifest(await readFile(file, 'utf8'), file)
  const bundle = await bundlePlugin(folder, means.cacheFolder, manifest)
  const about = await readScript(folder)
  const outbound: Record<string, string> = {}
  const incidents: PluginIncident[] = []
  const log = { line: () => undefined, incident: (one: PluginIncident) => void incidents.push(one) }
  const writes = simulatedWrites()
  const storage = memoryStorage()
  const plugins = createPlugins({ ...means, storage, findRecord, writes, log, outbound })
  return { plugin: { manifest, bundle }, about, plugins, outbound, incidents, writes }
}

const NOUNS: Readonly<Record<string, string>> = { cli: 'client', ord: 'order', svc: 'service' }

/** Every id is a record of one client: which of them are within reach, the call's input says. */
const findRecord = (id: string) => {
  const noun = NOUNS[id.slice(0, id.indexOf('_'))] ?? 'record'
  return Promise.resolve({ noun, clientId: noun === 'client' ? id : 'cli_1', brandId: 'brd_1' })
}

const DEADLINE_MS = 15_000

let benches = 0

/** A new instance, so a new isolate, storage and breaker, with a company of its own. */
export async function openBench(subject: Subject, weather: Weather = 'well'): Promise<Bench> {
  const { plugin, about, plugins, outbound, incidents, writes } = subject
  const own = await openCompany(about)
  const company = await serveCompany(own)
  company.weather = weather
  for (const host of about.hosts ?? []) outbound[host] = company.origin
  incidents.length = 0
  writes.clear()
  const secret = (name: string) => Promise.resolve(about.secrets?.[name])
  const instance = { id: `plg_${++benches}`, plugin, settings: about.settings ?? {}, secrets: secret }
  const server = { id: 'srv_1', secrets: (name: string) => secret(`server.${name}`) }
  return {
    company,
    writes,
    made: () => own?.made?.() ?? 0,
    counts: own?.made !== undefined,
    pass: own?.pass && ((days) => own.pass!(days)),
    refused: () => incidents.filter(({ kind }) => kind === 'refused_ask').map(({ detail }) => detail),
    async call(kind, operation, input, deadlineMs = DEADLINE_MS) {
      try {
        return { answer: await plugins.call(instance, kind, operation, { input, deadlineMs, server }) }
      } catch (error) {
        if (error instanceof BerthError) return { code: error.code, message: error.message }
        throw error
      }
    },
    async close() {
      plugins.drain(instance.id)
      await company.close()
    },
  }
}
