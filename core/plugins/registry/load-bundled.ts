import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import semver from 'semver'
import { recordAudit } from '../../audit/index.ts'
import { forUpdate, sql, type Queries } from '../../db/index.ts'
import { BerthError, systemActor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { bundlePlugin } from '../bundle.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { readManifest } from '../manifest/read-manifest.ts'
import type { LoadedPlugin } from '../ports.ts'
import { grantsOf, type Grants } from './grants-of.ts'
import type { HeldBack } from './held-back.ts'
import { keepMoved, moveInstances, type MovedInstance, type MoveInstance } from './move-instances.ts'

export interface BundledFolders {
  /** The folder that holds one folder a plugin, and `bundles.json` with the hashes that we trust. */
  plugins: string
  cache: string
}

const actor = systemActor('plugin_loader')

/**
 * Reads and bundles the plugins that come with Berth and writes what is new about them into the registry. A bundle
 * whose hash is not the committed one is left out. Nothing is granted here: a new plugin may do nothing until staff
 * have read what it asks for, and a new version goes on with what was granted before, because the code of the version
 * before went with its release.
 */
export async function loadBundled(
  means: LoaderMeans,
  folders: BundledFolders,
): Promise<Map<string, LoadedPlugin>> {
  const trusted = JSON.parse(readFileSync(join(folders.plugins, 'bundles.json'), 'utf8')) as Record<
    string,
    string
  >
  const known = await means.db.all<KnownPlugin>(sql`select ${KNOWN} from plugins`)
  const loaded = new Map<string, LoadedPlugin>()
  await Promise.all(
    pluginFolders(folders.plugins).map(async (folder) => {
      const manifest = manifestOf(folder, known)
      const bundle = await bundlePlugin(folder, folders.cache, manifest)
      if (trusted[manifest.id] === bundle.hash) loaded.set(manifest.id, { manifest, bundle })
      else
        means.log.error(
          { plugin: manifest.id, found: bundle.hash },
          'a bundled plugin is not the one that was shipped; it stays off',
        )
    }),
  )
  for (const plugin of loaded.values()) {
    const { id } = plugin.manifest
    await register(means, plugin, known.find((row) => row.id === id) ?? null)
  }
  return loaded
}

const KNOWN = sql`id, version, bundle_sha256, manifest, asks, granted_bundled, source`

interface KnownPlugin {
  id: string
  version: string
  source: string
  bundle_sha256: string
  manifest: string
  asks: string | null
  granted_bundled: string | null
}

/** What its plugin.json says, whether it was granted or not. */
const wholeOf = ({ asks, manifest }: KnownPlugin): string => asks ?? manifest

/** What stands in the registry was checked when it was entered. Checking it at each start would hold up the first pages. */
function manifestOf(folder: string, known: readonly KnownPlugin[]): Manifest {
  const file = join(folder, 'plugin.json')
  const text = readFileSync(file, 'utf8')
  const checked = known.find((row) => wholeOf(row) === compact(text))
  return checked ? (JSON.parse(wholeOf(checked)) as Manifest) : readManifest(text, file)
}

function compact(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return undefined
  }
}

const isKnown = ({ manifest, bundle }: LoadedPlugin, row: KnownPlugin | null): boolean =>
  row !== null &&
  // Whoever installed a package in place of a bundled plugin keeps it.
  (row.source === 'package' ||
    // A node of an older release that starts while others run, or would run, a newer one does not take them back.
    semver.gt((JSON.parse(wholeOf(row)) as Manifest).version, manifest.version) ||
    (row.bundle_sha256 === bundle.hash && wholeOf(row) === JSON.stringify(manifest)))

export function pluginFolders(root: string): string[] {
  return readdirSync(root)
    .map((name) => join(root, name))
    .filter((folder) => existsSync(join(folder, 'plugin.json')))
    .sort()
}

type LoaderMeans = Means & { readonly move?: MoveInstance }

/** Enters what was held back, now that staff have granted what it asks for. */
export const registerGranted = async (means: LoaderMeans, plugin: LoadedPlugin): Promise<void> =>
  register(means, plugin, await rowNow(means.db, plugin.manifest.id))

/**
 * One that cannot move what its older version kept stays off, which its page says, and is tried again with the next start
 * or by staff; where it asks for more than was granted, which may be why, also once they have granted that.
 */
async function register(means: LoaderMeans, plugin: LoadedPlugin, before: KnownPlugin | null): Promise<void> {
  if (isKnown(plugin, before)) return
  const { id } = plugin.manifest
  const grants = grantsOf(plugin.manifest, before && (JSON.parse(before.manifest) as Manifest))
  try {
    const moved = await moveInstances(means, { ...plugin, manifest: grants.manifest }, before)
    const entered = await enter(means, plugin, { before, grants, moved })
    if (!entered) await register(means, plugin, await rowNow(means.db, id))
  } catch (error) {
    if (!(error instanceof BerthError)) throw error
    means.log.error({ plugin: id, error: error.message }, 'a bundled plugin stays off')
    if (before) await holdBack(means, before, { plugin, asks: asksOf(plugin, grants), error })
  }
}

const asksOf = ({ manifest }: LoadedPlugin, { added }: Grants): string | null =>
  added.length > 0 ? JSON.stringify(manifest) : null

interface Held {
  plugin: LoadedPlugin
  asks: string | null
  error: BerthError
}

async function holdBack({ db }: Means, before: KnownPlugin, { plugin, asks, error }: Held): Promise<void> {
  const held: HeldBack = { version: plugin.manifest.version, reason: error.message }
  await db.transaction(async (trx) => {
    if (isSame(await rowNow(trx, before.id, forUpdate(trx.dialect)), before))
      await trx.run(
        sql`update plugins set asks = ${asks}, held_back = ${JSON.stringify(held)} where id = ${before.id}`,
      )
  })
}

interface Entering {
  before: KnownPlugin | null
  grants: Grants
  moved: readonly MovedInstance[]
}

/** False: nothing was written, because another process that started too, or staff who granted, wrote meanwhile. */
async function enter(
  means: Means,
  plugin: LoadedPlugin,
  { before, grants, moved }: Entering,
): Promise<boolean> {
  const { bundle } = plugin
  const { id, version, permissions = {} } = grants.manifest
  const now = means.business.now()
  const [manifest, granted] = [JSON.stringify(grants.manifest), JSON.stringify(permissions)]
  const left = before && leftGrants(before, version)
  const asks = asksOf(plugin, grants)
  return means.db.transaction(async (trx) => {
    if (!isSame(await rowNow(trx, id, forUpdate(trx.dialect)), before)) return false
    // The version before went with the release that carried it: there is no way back, so nothing is kept for one.
    await keepMoved(trx, { plugin, moved, versionId: null, now })
    await trx.run(sql`
      insert into plugins (id, version, bundle_sha256, manifest, asks, granted, status, installed_at, updated_at)
      values (${id}, ${version}, ${bundle.hash}, ${manifest}, ${asks}, ${granted}, 'enabled', ${now}, ${now})
      on conflict (id) do update set version = excluded.version, bundle_sha256 = excluded.bundle_sha256,
        granted_bundled = ${left}, manifest = excluded.manifest, asks = excluded.asks, granted = excluded.granted,
        held_back = null, updated_at = excluded.updated_at`)
    await recordAudit(means, trx, actor, [
      {
        action: 'plugin.install',
        subject: id,
        after: {
          version,
          bundle: bundle.hash,
          granted: permissions,
          waits: grants.added.map(({ key }) => key),
        },
      },
    ])
    return true
  })
}

const rowNow = async (queries: Queries, id: string, locked = sql``): Promise<KnownPlugin | null> =>
  (await queries.get<KnownPlugin>(sql`select ${KNOWN} from plugins where id = ${id} ${locked}`)) ?? null

const isSame = (now: KnownPlugin | null, before: KnownPlugin | null): boolean =>
  JSON.stringify(now) === JSON.stringify(before)

/** What was granted to another version: nodes of its release run on, and are what is left when Berth goes back. */
const leftGrants = ({ manifest, granted_bundled }: KnownPlugin, version: string): string | null =>
  (JSON.parse(manifest) as Manifest).version === version ? granted_bundled : manifest
