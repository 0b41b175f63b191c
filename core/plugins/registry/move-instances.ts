import semver from 'semver'
import type { UpgradeAnswer } from '../../../sdk/index.ts'
import { forUpdate, sql, type Queries, type Trx } from '../../db/index.ts'
import { BerthError, steadyMs, type Instant } from '../../kernel/index.ts'
import { UpgradeAway, UpgradeDisturbed, UpgradeFailed } from '../package/index.ts'
import type { LoadedPlugin } from '../ports.ts'
import { instanceOf, type CallMeans } from './call-means.ts'
import { checkSettings } from './check-settings.ts'
import type { InstalledPlugin } from './inspect-package.ts'
import { listInstances, type Instance } from './plugin-row.ts'
import { raiseFloor } from './plugin-storage.ts'
import { stillTyped, trustedIn, withTrusted } from './trusted-hosts.ts'
import { hostFields, hostsIn } from './typed-hosts.ts'
import { stagedStorage, type StagedStorage } from './staged-storage.ts'

/** What the new version made of the settings and the storage of one instance. Nothing of it is written yet. */
export interface MovedInstance {
  id: string
  /** Of the row that it was made from. */
  version: number
  settings: Record<string, unknown>
  storage: StagedStorage
}

/** Calls the upgrade step of a version that does not serve yet, on a copy of what the instance has. */
export type MoveInstance = (row: Instance, plugin: LoadedPlugin, from: string) => Promise<MovedInstance>

const TURNS_MAX = 10_000
/** For one instance, all turns together: somebody waits for the end of it. */
const UPGRADE_MS = 3_600_000

export function instanceMover(means: CallMeans & { steadyMs?(): number }): MoveInstance {
  const ms = means.steadyMs ?? steadyMs
  return async (row, plugin, from) => {
    const storage = stagedStorage(means.db, row.id)
    const instance = { ...instanceOf(means, row, plugin), storage }
    const input = { from, to: plugin.manifest.version }
    const ask = (cursor: string | undefined) => {
      const request = {
        input: { ...input, ...(cursor === undefined ? {} : { cursor }) },
        deadline: 'job',
      } as const
      return means.plugins().call(instance, 'upgrade', 'move', request) as Promise<UpgradeAnswer>
    }
    try {
      const settings = (await allTurns(ask, ms)) ?? instance.settings
      return { id: row.id, version: row.version, settings, storage }
    } finally {
      means.plugins().endUpgrade(row.id)
    }
  }
}

/** The settings that it answered last; undefined: none. */
async function allTurns(
  ask: (cursor: string | undefined) => Promise<UpgradeAnswer>,
  ms: () => number,
): Promise<UpgradeAnswer['settings']> {
  const end = ms() + UPGRADE_MS
  let settings: UpgradeAnswer['settings']
  let cursor: string | undefined
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    const answer = await ask(cursor)
    settings = answer.settings ?? settings
    cursor = answer.go_on
    if (cursor === undefined) return settings
    if (ms() > end) throw new TypeError('It goes on after an hour.')
  }
  throw new TypeError(`It goes on after ${TURNS_MAX} turns.`)
}

type MovingMeans = Pick<CallMeans, 'db'> & { readonly move?: MoveInstance }

/** Moves every instance of a plugin, those that are switched off too. Empty where the new version has no such step. */
export async function moveInstances(
  means: MovingMeans,
  plugin: LoadedPlugin,
  installed: Pick<InstalledPlugin, 'version'> | null,
): Promise<MovedInstance[]> {
  const { id, version, upgrade } = plugin.manifest
  if (upgrade !== true || installed === null || semver.eq(installed.version, version)) return []
  const rows = (await listInstances(means.db)).filter(({ plugin_id }) => plugin_id === id)
  const moved: MovedInstance[] = []
  for (const row of rows) {
    if (!means.move) throw UpgradeAway({ plugin: id })
    try {
      const one = await means.move(row, plugin, installed.version)
      moved.push({ ...one, settings: trustedStill(plugin, await fitting(means, plugin, one), row) })
    } catch (error) {
      if (!(error instanceof BerthError) && !(error instanceof TypeError)) throw error
      throw UpgradeFailed(
        { plugin: id, instance: row.name, version, before: installed.version, reason: reasonOf(error) },
        error,
      )
    }
  }
  return moved
}

type Settings = Record<string, unknown>

/** Of the hosts that staff trust those that are still there. */
function trustedStill(
  { manifest }: Pick<LoadedPlugin, 'manifest'>,
  settings: Settings,
  now: { settings: string },
): Settings {
  const typed = hostsIn(hostFields(manifest, 'settings'), settings)
  return withTrusted(settings, stillTyped(trustedIn(JSON.parse(now.settings) as Settings), typed))
}

/** What the plugin itself said, without the name of the call. */
const reasonOf = (error: BerthError | TypeError): string =>
  error instanceof BerthError && typeof error.params['reason'] === 'string'
    ? error.params['reason']
    : error.message

async function fitting(
  means: MovingMeans,
  { manifest }: LoadedPlugin,
  { id, settings }: MovedInstance,
): Promise<Record<string, unknown>> {
  const kept = await means.db.all<{ name: string }>(sql`select name from secrets where owner_id = ${id}`)
  return checkSettings(
    manifest,
    settings,
    kept.map(({ name }) => name),
  )
}

export interface Upgrade {
  plugin: LoadedPlugin
  moved: readonly MovedInstance[]
  /** The row of the new version, under which what the old one had is kept; null: there is no way back. */
  versionId: string | null
  now: string
}

/**
 * Writes what was moved, in the transaction that enters the new version, and keeps what was there before. From now on
 * calls of the old version that are still under way reach the storage no more.
 */
export async function keepMoved(trx: Trx, { plugin, moved, versionId, now }: Upgrade): Promise<void> {
  const { id } = plugin.manifest
  const rows = await trx.all<{ id: string; version: number }>(sql`
    select id, version from plugin_instances where plugin_id = ${id} order by position, id ${forUpdate(trx.dialect)}`)
  if (plugin.manifest.upgrade !== true || moved.length === 0)
    return void (await trx.run(
      sql`update plugin_instances set storage_bundle = null where plugin_id = ${id} and storage_bundle is not null`,
    ))
  const same = rows.map((row) => `${row.id} ${row.version}`).join()
  if (same !== moved.map((one) => `${one.id} ${one.version}`).join()) throw UpgradeDisturbed({ plugin: id })
  for (const one of moved) {
    if (versionId !== null) await keepBefore(trx, one.id, versionId, now)
    if (!(await one.storage.keep(trx, now))) throw UpgradeDisturbed({ plugin: id })
    await trx.run(sql`
      update plugin_instances set settings = ${JSON.stringify(one.settings)}, storage_bundle = ${plugin.bundle.hash},
        version = version + 1, updated_at = ${now} where id = ${one.id}`)
  }
}

async function keepBefore(trx: Trx, instance: string, versionId: string, now: string): Promise<void> {
  await trx.run(sql`
    insert into plugin_kept_settings (version_id, instance_id, settings, kept_at)
    select ${versionId}, id, settings, ${now} from plugin_instances where id = ${instance}`)
  await trx.run(sql`
    insert into plugin_kept_storage (version_id, instance_id, record_id, storage_key, value, bytes, version, updated_at)
    select ${versionId}, instance_id, record_id, storage_key, value, bytes, version, updated_at
    from plugin_storage where instance_id = ${instance}`)
}

/** When the version that would be left moved settings and storage; null: it did not. */
export async function keptSince(queries: Queries, versionId: string): Promise<Instant | null> {
  const row = await queries.get<{ kept_at: Instant }>(
    sql`select kept_at from plugin_kept_settings where version_id = ${versionId} limit 1`,
  )
  return row?.kept_at ?? null
}

/** Puts settings and storage back to what they were before the version that is left now; says whether it had moved them. */
export async function putBack(
  trx: Trx,
  { plugin, leaves, bundle, now }: { plugin: string; leaves: string; bundle: string; now: string },
): Promise<boolean> {
  await trx.run(sql`update plugin_instances set storage_bundle = null where plugin_id = ${plugin}`)
  const kept = await trx.all<{ instance_id: string; settings: string; now: string }>(sql`
    select k.instance_id, k.settings, i.settings as now from plugin_kept_settings k
    join plugin_instances i on i.id = k.instance_id where k.version_id = ${leaves}`)
  for (const { instance_id, settings, now: trusting } of kept) {
    // Whom staff trust is for them to say, and they may have said otherwise since.
    const own = withTrusted(JSON.parse(settings) as Settings, trustedIn(JSON.parse(trusting) as Settings))
    await trx.run(sql`
      update plugin_instances set settings = ${JSON.stringify(own)}, storage_bundle = ${bundle}, version = version + 1,
        updated_at = ${now} where id = ${instance_id}`)
    await raiseFloor(trx, instance_id)
    await trx.run(sql`delete from plugin_storage where instance_id = ${instance_id}`)
    await trx.run(sql`
      insert into plugin_storage (instance_id, record_id, storage_key, value, bytes, version, updated_at)
      select instance_id, record_id, storage_key, value, bytes, version, updated_at
      from plugin_kept_storage where version_id = ${leaves} and instance_id = ${instance_id}`)
  }
  await trx.run(sql`delete from plugin_kept_settings where version_id = ${leaves}`)
  await trx.run(sql`delete from plugin_kept_storage where version_id = ${leaves}`)
  return kept.length > 0
}
