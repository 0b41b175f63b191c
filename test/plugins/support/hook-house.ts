import { recordFinder } from '../../../core/app/wire/plugin-records.ts'
import type { Db } from '../../../core/db/index.ts'
import { systemClock } from '../../../core/kernel/index.ts'
import { silentLog } from '../../../core/log/index.ts'
import {
  openHooks,
  type LoadedPlugin,
  type OpenHooks,
  type PluginCalls,
} from '../../../core/plugins/index.ts'
import { openBench, type Bench } from './setup.ts'

export interface HookHouse {
  hooks: OpenHooks
  bench: Bench
  plugins: PluginCalls
  close(): void
}

interface HouseMore {
  bench?: Parameters<typeof openBench>[0]
  /** By the id of the plugin. */
  secrets?: Readonly<Record<string, Record<string, string>>>
}

/** Real plugins on the real host, entered in the registry, with hooks that reach them. */
export async function openHookHouse(
  db: Db,
  loaded: readonly LoadedPlugin[],
  /** By the id of the plugin. */
  settings: Readonly<Record<string, Record<string, unknown>>> = {},
  more: HouseMore = {},
): Promise<HookHouse> {
  const bench = openBench({ findRecord: recordFinder(db), ...more.bench })
  const instances = new Map<string, ReturnType<typeof bench.instance>>()
  const at = '2026-01-01T00:00:00.000Z'
  for (const plugin of loaded) {
    const { id } = plugin.manifest
    const facts = { version: '1.0.0', bundle_sha256: plugin.bundle.hash, granted: '{}', status: 'enabled' }
    const row = { id, manifest: JSON.stringify(plugin.manifest), installed_at: at, updated_at: at, ...facts }
    await db.insert('plugins', [row])
    const instance = {
      ...bench.instance(plugin, { settings: settings[id] ?? {}, secretValues: more.secrets?.[id] ?? {} }),
      id: `plg_${id}`,
    }
    const stamps = { status: 'active', created_at: at, updated_at: at }
    await db.insert('plugin_instances', [
      { id: instance.id, plugin_id: id, name: id, settings: '{}', ...stamps },
    ])
    instances.set(instance.id, instance)
  }
  const hooks = await openHooks({ db, clock: systemClock, log: silentLog })
  const plugins: PluginCalls = {
    call: (...[id, kind, operation, input]: Parameters<PluginCalls['call']>) =>
      bench.plugins.call(instances.get(id)!, kind, operation, { input, deadlineMs: 5_000 }) as never,
  }
  hooks.bind(({ instance }, law, hook, input) =>
    plugins.call(instance, law, hook, input, { deadline: 'page' }),
  )
  return {
    hooks,
    bench,
    plugins,
    close() {
      bench.plugins.stop()
      hooks.stop()
    },
  }
}
