import semver from 'semver'
import { Type } from '../../../sdk/index.ts'
import { sql, type Queries } from '../../db/index.ts'
import { NotFound } from '../../kernel/index.ts'
import { defineSetting, defineVerb, readSetting, type Means } from '../../records/index.ts'
import { MIB, PACKAGE_BYTES_MAX } from '../limits.ts'
import {
  fingerprint,
  IndexUnset,
  IndexUntrusted,
  packageHash,
  PackageOther,
  readIndex,
  type IndexEntry,
  type PluginIndex,
  type PluginPackage,
} from '../package/index.ts'
import { inspectPackage } from './inspect-package.ts'
import { addressBeside, type PackageSource } from './package-source.ts'
import { keepOffer } from './plugin-offers.ts'

const INDEX_BYTES_MAX = 2 * MIB

export const indexAddress = defineSetting({
  key: 'plugins.index_address',
  schema: Type.String({ maxLength: 2_000 }),
  preset: '',
  scopes: ['installation'],
})

export const indexKey = defineSetting({
  key: 'plugins.index_key',
  schema: Type.String({ maxLength: 60 }),
  preset: '',
  scopes: ['installation'],
})

export interface IndexMeans extends Means {
  readonly packages: PackageSource
}

export interface IndexLine extends IndexEntry {
  /** The version that is installed; null when none is. */
  installed: string | null
  newer: boolean
  /** SHA-256 of its picture; null when it has none. */
  iconHash: string | null
}

export interface IndexReport {
  name: string
  /** Fingerprint of whoever keeps the list. */
  keeper: string
  lines: readonly IndexLine[]
}

/** Reads the list of the settings from where it lies, when somebody asks for it and at no other time. */
export const readPluginIndex = defineVerb(
  { permission: 'plugin.read_index', audience: ['staff'], input: Type.Object({}) },
  async (means: IndexMeans): Promise<IndexReport> => {
    const { index } = await trustedIndex(means)
    const installed = await versions(means.db)
    return {
      ...{ name: index.name, keeper: fingerprint(index.key) },
      lines: index.plugins.map((entry) => {
        const version = installed.get(entry.id) ?? null
        return {
          ...entry,
          installed: version,
          newer: version !== null && semver.gt(entry.version, version),
          iconHash: entry.icon === undefined ? null : packageHash(entry.icon),
        }
      }),
    }
  },
)

/** A picture of the list. What was read for the page is still there; another process reads the list once more. */
export async function readIndexIcon(means: IndexMeans, sha256: string): Promise<string> {
  const kept = means.packages.pictures.get(sha256)
  if (kept !== undefined) return kept
  if ((await readSetting(means.db, indexAddress)) === '') throw NotFound({ what: 'picture', id: sha256 })
  await trustedIndex(means)
  const found = means.packages.pictures.get(sha256)
  if (found === undefined) throw NotFound({ what: 'picture', id: sha256 })
  return found
}

/** Fetches a package of the list and puts it forward. It must be the very one that the list names. */
export const offerFromIndex = defineVerb(
  {
    permission: 'plugin.fetch',
    audience: ['staff'],
    input: Type.Object({ plugin_id: Type.String(), version: Type.String() }),
  },
  async (means: IndexMeans, { plugin_id, version }, actor): Promise<string> => {
    if ((await readSetting(means.db, indexAddress)) === '') throw NotFound({ what: 'plugin', id: plugin_id })
    const { index, address } = await trustedIndex(means)
    const entry = index.plugins.find((one) => one.id === plugin_id && one.version === version)
    if (!entry) throw NotFound({ what: 'plugin', id: `${plugin_id} ${version}` })
    const text = await means.packages.read(addressBeside(address, entry.address), PACKAGE_BYTES_MAX)
    if (packageHash(text) !== entry.sha256)
      throw PackageOther({ plugin: plugin_id, reason: 'it has another hash' })
    const { found } = await inspectPackage(means.db, text)
    refuseOther(found, entry)
    return keepOffer(means, { text, found, origin: 'index' }, actor)
  },
)

async function trustedIndex(means: IndexMeans): Promise<{ index: PluginIndex; address: string }> {
  const address = await readSetting(means.db, indexAddress)
  const trusted = await readSetting(means.db, indexKey)
  if (address === '' || trusted === '') throw IndexUnset({})
  const index = readIndex(await means.packages.read(address, INDEX_BYTES_MAX))
  const found = fingerprint(index.key)
  if (bare(found) !== bare(trusted)) throw IndexUntrusted({ found })
  means.packages.pictures.clear()
  for (const { icon } of index.plugins)
    if (icon !== undefined) means.packages.pictures.set(packageHash(icon), icon)
  return { index, address }
}

/** A fingerprint as people copy it. */
const bare = (text: string): string => text.replace(/\s+/g, '').toLowerCase()

async function versions(queries: Queries): Promise<ReadonlyMap<string, string>> {
  const rows = await queries.all<{ id: string; version: string }>(sql`select id, version from plugins`)
  return new Map(rows.map(({ id, version }) => [id, version]))
}

function refuseOther({ manifest, signature }: PluginPackage, entry: IndexEntry): void {
  const differs =
    manifest.id !== entry.id || manifest.version !== entry.version
      ? `it is ${manifest.id} ${manifest.version}`
      : signature?.key !== entry.author
        ? 'its author did not sign it'
        : null
  if (differs !== null) throw PackageOther({ plugin: entry.id, reason: differs })
}
