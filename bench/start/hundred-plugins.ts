import { join } from 'node:path'
import { openSqlite, sql } from '../../core/db/index.ts'
import { systemActor } from '../../core/kernel/index.ts'
import {
  createInstance,
  installPlugin,
  permissionsAsked,
  readPackage,
  writePackage,
} from '../../core/plugins/index.ts'
import { loadAllHooks } from '../../core/app/wire/all-hooks.ts'
import { benchMeans } from '../billing/shop.ts'
import { median, report, type Judged } from '../figure.ts'
import {
  begin,
  end,
  isHome,
  isOpen,
  pluginHostsOf,
  pssMegabytes,
  tellOfDispute,
  until,
  type Shop,
} from './shop-process.ts'

const PLUGINS = 100
const ROUNDS = 3
const PATIENCE_MS = 60_000

/** From process start to the home page with a hundred plugins set up, and the memory once each of them has run. */
export async function hundredPlugins(shop: Shop): Promise<Judged[]> {
  await install(shop)
  const walls: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const { child, cost } = begin(shop)
    await until(child, () => isHome(shop))
    walls.push(cost().wall)
    await end(child)
  }
  const megabytes = await memoryAfterAllRan(shop)
  return [
    report({ name: 'plugins_100_start_s', value: median(walls), unit: 's', bar: { of: 'value', most: 3 } }),
    report({ name: 'plugins_100_pss_mb', value: megabytes, unit: 'MB', bar: { of: 'value', most: 600 } }),
  ]
}

/** Each hears of disputes and remembers it; 30 kB of code, as a small real one has. */
const codeOf = (id: string) => `var berthPlugin = { default: { observe: ({ storage }) => ({
  'dispute.reported': async ({ id }) => { await storage.set('heard', id) } }) } }
// ${id} ${'x'.repeat(30_000)}`

async function install({ folder }: Shop): Promise<void> {
  await loadAllHooks()
  const db = openSqlite({ file: join(folder, 'berth.db'), synchronous: 'normal' })
  const means = { ...(await benchMeans(db)), drain: () => undefined }
  const actor = systemActor('bench')
  for (let n = 0; n < PLUGINS; n++) {
    const id = `crowd-${String(n).padStart(3, '0')}`
    const manifest = {
      ...{ id, name: id, version: '1.0.0', sdk: '1', description: 'One of many.', kinds: {} },
      ...{ hooks: ['dispute.reported'], permissions: { storage: { bytes: 1_000 } } },
    }
    const text = writePackage({ 'plugin.json': JSON.stringify(manifest), 'bundle.js': codeOf(id) }, null)
    const granted = permissionsAsked(readPackage(text).manifest).map(({ key }) => key)
    await installPlugin(means, { package: text, granted, allow_unsigned: true }, actor)
    await createInstance(means, { plugin_id: id, name: id, settings: {} }, actor)
  }
  await db.close()
}

async function memoryAfterAllRan(shop: Shop): Promise<number> {
  const { child } = begin(shop)
  await isOpen(child)
  await tellOfDispute(shop)
  const latest = performance.now() + PATIENCE_MS
  await until(child, async () => {
    if (performance.now() > latest) throw new Error(`Not all ${PLUGINS} plugins have run within a minute.`)
    return (await heard(shop)) === PLUGINS
  })
  const parts = [child.pid!, ...pluginHostsOf(child.pid!)].map(pssMegabytes)
  console.log(JSON.stringify({ plugins_100_pss_mb_of: { core: parts[0], plugin_hosts: parts.slice(1) } }))
  await end(child)
  return parts.reduce((sum, part) => sum + part, 0)
}

async function heard({ folder }: Shop): Promise<number> {
  const db = openSqlite({ file: join(folder, 'berth.db'), synchronous: 'normal' })
  try {
    const row = await db.get<{ n: number }>(
      sql`select count(*) as n from plugin_storage where storage_key = 'heard'`,
    )
    return row!.n
  } finally {
    await db.close()
  }
}
