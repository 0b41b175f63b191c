import { createHash } from 'node:crypto'
import { Type, type Static } from '../../../sdk/index.ts'
import { misfit } from '../checks.ts'
import { hashBundle, type Bundle } from '../bundle.ts'
import { BROWSER_BYTES_MAX, PACKAGE_BYTES_MAX } from '../limits.ts'
import { limitOf } from '../manifest/askable-limits.ts'
import { readManifest } from '../manifest/read-manifest.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { PackageInvalid } from './errors.ts'

/**
 * A plugin as one file of JSON: its texts, their hashes, and who signed the hashes. There is no archive to unpack, so
 * no path to escape from; the same folder always gives the same bytes.
 */
const FORMAT = 'berth-plugin/1'
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' })
const FileName = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$' })

export const Signature = Type.Object(
  {
    /** The author's public key, raw ed25519, base64. */
    key: Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' }),
    value: Type.String({ pattern: '^[A-Za-z0-9+/]{86}==$' }),
  },
  { additionalProperties: false },
)
export type Signature = Static<typeof Signature>

const Package = Type.Object(
  {
    format: Type.Literal(FORMAT),
    id: Type.String(),
    version: Type.String(),
    /** File → SHA-256 of its UTF-8 bytes, in the order of the names. */
    hashes: Type.Record(FileName, Hash, { additionalProperties: false }),
    signature: Type.Optional(Signature),
    files: Type.Record(FileName, Type.String(), { additionalProperties: false }),
  },
  { additionalProperties: false },
)

export interface PluginPackage {
  manifest: Manifest
  bundle: Bundle
  files: Readonly<Record<string, string>>
  signature: Signature | null
}

/** Files that every package has; others, such as README.md, come along to be read. */
export const MANIFEST_FILE = 'plugin.json'
export const BUNDLE_FILE = 'bundle.js'
/** Only of those whose manifest asks to run something in browsers. */
export const BROWSER_FILE = 'browser.js'

/** Its picture in lists. */
export const ICON_FILE = 'icon.svg'

/** Writes the text of a package. Throws PackageInvalid when the files are not a plugin. */
export function writePackage(files: Readonly<Record<string, string>>, signature: Signature | null): string {
  const { manifest } = partsOf(files)
  const names = Object.keys(files).sort()
  return `${JSON.stringify(
    {
      format: FORMAT,
      id: manifest.id,
      version: manifest.version,
      hashes: hashesOf(files),
      ...(signature ? { signature: { key: signature.key, value: signature.value } } : {}),
      files: Object.fromEntries(names.map((name) => [name, files[name]])),
    },
    null,
    1,
  )}\n`
}

/**
 * Reads a package and checks all of it but the signature (see `verifySignature`): form, size, every hash, and that name
 * and version on the outside are those of the manifest inside.
 */
export function readPackage(text: string): PluginPackage {
  if (Buffer.byteLength(text) > PACKAGE_BYTES_MAX)
    throw PackageInvalid({ reason: `it is larger than ${PACKAGE_BYTES_MAX} bytes` })
  const found = parsed(text)
  const problem = misfit(Package, found)
  if (problem !== undefined) throw PackageInvalid({ reason: problem })
  const { files, hashes, signature, id, version } = found as Static<typeof Package>
  const parts = partsOf(files)
  if (JSON.stringify(hashes) !== JSON.stringify(hashesOf(files)))
    throw PackageInvalid({
      reason:
        'a file has another hash than it carries; the package was changed, so get it anew from its author',
    })
  if (parts.manifest.id !== id || parts.manifest.version !== version)
    throw PackageInvalid({
      reason: `it says ${id} ${version} outside and something else in ${MANIFEST_FILE}`,
    })
  return { ...parts, files, signature: signature ?? null }
}

function partsOf(files: Readonly<Record<string, string>>): Pick<PluginPackage, 'manifest' | 'bundle'> {
  const code = files[BUNDLE_FILE]
  const text = files[MANIFEST_FILE]
  if (code === undefined || text === undefined)
    throw PackageInvalid({ reason: `it has no ${text === undefined ? MANIFEST_FILE : BUNDLE_FILE}` })
  const manifest = readManifest(text, `Its ${MANIFEST_FILE}`)
  const bytesMax = limitOf(manifest, 'bundle_bytes')
  if (Buffer.byteLength(code) > bytesMax)
    throw PackageInvalid({ reason: `its bundle is larger than ${bytesMax} bytes` })
  const browser = browserIn(files, manifest)
  return {
    manifest,
    bundle: { code, ...(browser === undefined ? {} : { browser }), hash: hashBundle(code, browser) },
  }
}

function browserIn(files: Readonly<Record<string, string>>, manifest: Manifest): string | undefined {
  const code = files[BROWSER_FILE]
  if ((code === undefined) !== (manifest.permissions?.browser === undefined))
    throw PackageInvalid({ reason: `${BROWSER_FILE} and permissions.browser go together; it has only one` })
  if (code !== undefined && Buffer.byteLength(code) > BROWSER_BYTES_MAX)
    throw PackageInvalid({ reason: `its ${BROWSER_FILE} is larger than ${BROWSER_BYTES_MAX} bytes` })
  return code
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

export function hashesOf(files: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(files).sort()
  return Object.fromEntries(names.map((name) => [name, hashOf(files[name]!)]))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw PackageInvalid({
      reason:
        'it is not JSON, as the one file is that "berth plugin pack" writes; choose the file whose name ends in .berth-plugin, and no archive of its sources',
    })
  }
}
