import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { BerthError, type Actor } from '../../kernel/index.ts'
import { defineVerb } from '../../records/index.ts'
import { PACKAGE_BYTES_MAX } from '../limits.ts'
import {
  AuthorChanged,
  fingerprint,
  PackageUnsigned,
  PermissionsAsked,
  UpgradeDisturbed,
  VersionLower,
} from '../package/index.ts'
import { inspectPackage, type InstalledPlugin, type PackageReport } from './inspect-package.ts'
import type { PluginAdmin } from './instance-verbs.ts'
import { keepMoved, moveInstances, type MovedInstance } from './move-instances.ts'

const input = Type.Object({
  package: Type.String({ maxLength: PACKAGE_BYTES_MAX }),
  /** Keys of the permissions that the administrator has read and grants. Everything asked for must be in it. */
  granted: Type.Array(Type.String(), { maxItems: 500 }),
  /** Knows that nobody vouches for an unsigned package. */
  allow_unsigned: Type.Optional(Type.Boolean()),
  /** The fingerprint of a new author key that was compared by other means. */
  accept_author: Type.Optional(Type.String()),
  allow_lower: Type.Optional(Type.Boolean()),
})

/**
 * Installs a package, or puts it in the place of the version that is there. Running calls end with the old version and
 * the next ones begin with the new one. Without every permission granted nothing is changed and the old version goes on.
 */
export const installPlugin = defineVerb(
  { permission: 'plugin.install', audience: ['staff'], input },
  async (means: PluginAdmin, wanted, actor): Promise<{ id: string; version: string }> => {
    const report = await inspectPackage(means.db, wanted.package)
    refuse(report, wanted)
    const { id, version } = report.found.manifest
    await enter(means, { report, text: wanted.package }, actor)
    await drainAll(means, id)
    return { id, version }
  },
)

interface Entering {
  report: PackageReport
  text: string
}

const TRIES = 3

/** While the data of the old version is moved that version serves on; when it writes meanwhile, it is moved once more. */
async function enter(means: PluginAdmin, entering: Entering, actor: Actor, tries = TRIES): Promise<void> {
  const { found, installed } = entering.report
  const moved = await moveInstances(means, found, installed)
  try {
    await means.db.transaction((trx) => write(means, trx, { ...entering, moved }, actor))
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== UpgradeDisturbed.code || tries === 1) throw error
    await enter(means, entering, actor, tries - 1)
  }
}

interface Wanted {
  granted: string[]
  allow_unsigned?: boolean
  accept_author?: string
  allow_lower?: boolean
}

function refuse(
  { found, installed, author, authorChanged, lower, asked }: PackageReport,
  wanted: Wanted,
): void {
  const { id: plugin, version } = found.manifest
  if (author === null && wanted.allow_unsigned !== true) throw PackageUnsigned({ plugin })
  if (authorChanged && (author === null || wanted.accept_author !== author)) {
    throw AuthorChanged({ plugin, known: authorOf(installed!), found: author ?? 'nobody' })
  }
  if (lower && wanted.allow_lower !== true)
    throw VersionLower({ plugin, installed: installed!.version, found: version })
  const missing = asked.filter(({ key }) => !wanted.granted.includes(key))
  if (missing.length > 0) throw PermissionsAsked({ plugin, missing: missing.map(({ key }) => key) })
}

function authorOf({ source, author_key }: InstalledPlugin): string {
  if (source === 'bundled') return 'nobody, because it comes with Berth,'
  return author_key === null ? 'nobody' : fingerprint(author_key)
}

async function write(
  means: PluginAdmin,
  trx: Trx,
  { report, text, moved }: Entering & { moved: readonly MovedInstance[] },
  actor: Actor,
): Promise<void> {
  const { found, installed, asked, added } = report
  const { manifest, bundle, signature } = found
  const { id, version } = manifest
  const now = means.business.now()
  const shown = JSON.stringify(manifest)
  const granted = JSON.stringify(manifest.permissions ?? {})
  const key = signature?.key ?? null
  await trx.run(sql`
    insert into plugins (id, version, bundle_sha256, manifest, granted, status, installed_at, updated_at, source, author_key)
    values (${id}, ${version}, ${bundle.hash}, ${shown}, ${granted}, 'enabled', ${now}, ${now}, 'package', ${key})
    on conflict (id) do update set version = excluded.version, bundle_sha256 = excluded.bundle_sha256,
      manifest = excluded.manifest, granted = excluded.granted, updated_at = excluded.updated_at,
      source = excluded.source, author_key = excluded.author_key, asks = null,
      granted_bundled = case when plugins.source = 'bundled' then plugins.manifest else plugins.granted_bundled end`)
  const versionId = means.newId('plv')
  await keepMoved(trx, { plugin: found, moved, versionId, now })
  await trx.insert('plugin_versions', [
    {
      ...{ id: versionId, plugin_id: id, version, bundle_sha256: bundle.hash, manifest: shown },
      ...{ package: text, author_key: key, installed_by: actor.id, installed_at: now, left_at: null },
    },
  ])
  await recordAudit(means, trx, actor, [
    {
      action: installed ? 'plugin.upgrade' : 'plugin.install',
      subject: id,
      ...(installed ? { before: { version: installed.version, bundle: installed.bundle_sha256 } } : {}),
      after: {
        ...{ version, bundle: bundle.hash, author: report.author },
        ...{ granted: asked.map(({ key: one }) => one), added: added.map(({ key: one }) => one) },
        ...(moved.length > 0 ? { moved: moved.map(({ id: one }) => one) } : {}),
      },
    },
  ])
}

/** Every instance starts anew with what is installed now. */
export async function drainAll(means: PluginAdmin, pluginId: string): Promise<void> {
  const rows = await means.db.all<{ id: string }>(
    sql`select id from plugin_instances where plugin_id = ${pluginId}`,
  )
  for (const { id } of rows) means.drain(id)
  await means.reread?.()
}
