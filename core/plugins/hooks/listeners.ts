import { sql, type Queries } from '../../db/index.ts'
import type { Clock } from '../../kernel/index.ts'
import type { Log } from '../../log/index.ts'
import type { HookEntry, Manifest } from '../manifest/manifest.ts'

export interface Listener {
  instance: string
  plugin: string
  /** Null: set up for all brands. */
  brand: string | null
  /** Of its settings and its code: another one after each change. */
  stamp: string
  active: boolean
}

export interface Listeners {
  /** In the order in which they are asked. Disabled instances are in it, marked. */
  of(hook: string): readonly Listener[]
  /** Reads anew who listens: an instance was set up, changed or removed. */
  refresh(): Promise<void>
  stop(): void
}

/** Other processes notice a change by themselves within this time. */
const REREAD_MS = 2_000
const STAGES = { early: 0, normal: 1, late: 2 } as const

interface Row {
  id: string
  plugin_id: string
  brand_id: string | null
  status: string
  plugin_status: string
  version: number
  bundle_sha256: string
  manifest: string
}

/** Who listens to which hook and offers which operation, kept in memory, because every transition asks. */
export async function openListeners(means: { db: Queries; clock: Clock; log: Log }): Promise<Listeners> {
  let table = new Map<string, Listener[]>()
  let [asked, known] = [0, 0]
  const refresh = async () => {
    const turn = ++asked
    const rows = await means.db.all<Row>(sql`
      select i.id, i.plugin_id, i.brand_id, i.status, i.version, p.status as plugin_status, p.bundle_sha256, p.manifest
      from plugin_instances i join plugins p on p.id = i.plugin_id order by i.plugin_id, i.id`)
    // Of two readings the one that began last holds, whichever ends first.
    if (turn > known) [known, table] = [turn, tableOf(rows)]
  }
  await refresh()
  const timer = setInterval(() => {
    refresh().catch((error: unknown) => means.log.warn({ error: String(error) }, 'plugin hooks not read'))
  }, REREAD_MS).unref()
  return {
    of: (hook) => table.get(hook) ?? [],
    refresh,
    stop: () => clearInterval(timer),
  }
}

function tableOf(rows: readonly Row[]): Map<string, Listener[]> {
  const wishes = rows.flatMap((row) => {
    const manifest = JSON.parse(row.manifest) as Manifest
    const active = row.status === 'active' && row.plugin_status === 'enabled'
    const stamp = `${row.version} ${row.bundle_sha256}`
    const listener = { instance: row.id, plugin: row.plugin_id, brand: row.brand_id, stamp, active }
    const heard = [...(manifest.hooks ?? []).map(entryOf), ...offersOf(manifest)]
    return heard.map((entry) => ({ ...entry, listener }))
  })
  // The rows come by plugin id, and a stable sort leaves them so within a stage.
  wishes.sort((a, b) => a.stage - b.stage)
  const table = new Map<string, Listener[]>()
  for (const { name, listener } of wishes) table.set(name, [...(table.get(name) ?? []), listener])
  return table
}

/** Operations are found by the same table: "gateway.refund", and what is shown in slots with its place. */
function offersOf({ kinds = {}, permissions }: Partial<Manifest>): { name: string; stage: number }[] {
  const names = Object.entries(kinds).flatMap(([kind, operations]) =>
    (operations as string[]).map((operation) => `${kind}.${operation}`),
  )
  const places = names
    .filter((name) => name === 'add_on.draw_slot' || name === 'dashboard_widget.draw')
    .flatMap((name) => (permissions?.slots ?? []).map((slot) => `${name} ${slot}`))
  return [...names, ...places].map((name) => ({ name, stage: STAGES.normal }))
}

function entryOf(entry: HookEntry): { name: string; stage: number } {
  return typeof entry === 'string'
    ? { name: entry, stage: STAGES.normal }
    : { name: entry.name, stage: STAGES[entry.stage] }
}
