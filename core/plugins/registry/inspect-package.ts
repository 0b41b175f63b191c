import semver from 'semver'
import { SDK_VERSION } from '../../../sdk/index.ts'
import { sql, type Queries } from '../../db/index.ts'
import { allHooks } from '../hooks/index.ts'
import type { Manifest } from '../manifest/manifest.ts'
import {
  fingerprint,
  HooksUnknown,
  PackageInvalid,
  permissionsAdded,
  permissionsAsked,
  readPackage,
  SdkUnknown,
  signatureFits,
  SignatureWrong,
  type PermissionAsked,
  type PluginPackage,
} from '../package/index.ts'
import { readManifests, type ReadManifests } from './plugin-row.ts'

export interface InstalledPlugin extends ReadManifests {
  id: string
  version: string
  bundle_sha256: string
  source: 'bundled' | 'package'
  status: 'enabled' | 'disabled'
  author_key: string | null
}

/** What an administrator must know before a package is let in. */
export interface PackageReport {
  found: PluginPackage
  installed: InstalledPlugin | null
  /** Fingerprint of who signed it; null when nobody did. */
  author: string | null
  /** Another author than that of the version that is installed: who comes along with Berth, or signed nothing, counts. */
  authorChanged: boolean
  /** A lower version than the one that is installed. */
  lower: boolean
  asked: readonly PermissionAsked[]
  /** Of these, what the installed version was not granted. */
  added: readonly PermissionAsked[]
}

/** Reads and checks a package, and changes nothing. A signature that does not fit is refused, never only reported. */
export async function inspectPackage(queries: Queries, text: string): Promise<PackageReport> {
  const found = readPackage(text)
  const { manifest, signature } = found
  if (signature && !signatureFits(found, signature)) throw SignatureWrong({ plugin: manifest.id })
  refuseUnfit(manifest)
  const installed = await findPlugin(queries, manifest.id)
  return {
    found,
    installed,
    author: signature ? fingerprint(signature.key) : null,
    authorChanged: installed !== null && !isSameAuthor(installed, signature?.key ?? null),
    lower: installed !== null && semver.lt(manifest.version, installed.version),
    asked: permissionsAsked(manifest),
    added: permissionsAdded(installed?.manifest ?? null, manifest),
  }
}

const isSameAuthor = ({ source, author_key }: InstalledPlugin, key: string | null): boolean =>
  source === 'package' && author_key === key

/** Words that stand where an id could in /admin/plugins/…. */
const TAKEN = new Set(['install', 'index', 'offers', 'health', 'instances'])

/** Throws when the plugin is made for another Berth than this one. */
export function refuseUnfit({ id, sdk, hooks = [] }: Manifest): void {
  if (TAKEN.has(id)) throw PackageInvalid({ reason: `"${id}" is a word of our own addresses` })
  if (!semver.satisfies(SDK_VERSION, sdk)) throw SdkUnknown({ plugin: id, wanted: sdk, ours: SDK_VERSION })
  const known = allHooks()
  const unknown = hooks
    .map((entry) => (typeof entry === 'string' ? entry : entry.name))
    .filter((hook) => !known.has(hook))
  if (unknown.length === 0) return
  const told = unknown.map((hook) => {
    const near = nearest(hook, [...known.keys()])
    return near ? `${hook} (did you mean ${near}?)` : hook
  })
  throw HooksUnknown({ plugin: id, unknown: told })
}

export async function findPlugin(queries: Queries, id: string): Promise<InstalledPlugin | null> {
  const row = await queries.get<InstalledRow>(sql`
    select id, version, bundle_sha256, manifest, asks, source, status, author_key from plugins where id = ${id}`)
  return row ? { ...row, ...readManifests(row) } : null
}

type InstalledRow = Omit<InstalledPlugin, 'manifest' | 'asks'> & { manifest: string; asks: string | null }

/** A name of the same noun that shares the most of its letters' beginning. */
function nearest(wanted: string, names: readonly string[]): string | undefined {
  const [noun] = wanted.split('.')
  const shared = (name: string) => {
    let length = 0
    while (length < name.length && name[length] === wanted[length]) length++
    return length
  }
  const near = names.filter((name) => name.startsWith(`${noun}.`)).sort((a, b) => shared(b) - shared(a))
  return near[0]
}
