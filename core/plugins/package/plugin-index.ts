import { createHash } from 'node:crypto'
import { kindTables, Type, type Static } from '../../../sdk/index.ts'
import { misfit } from '../checks.ts'
import { Manifest } from '../manifest/manifest.ts'
import { IndexInvalid, PackageUnsigned } from './errors.ts'
import { ICON_FILE, Signature, type PluginPackage } from './package-file.ts'
import { signWith, signedBy } from './sign-package.ts'

/**
 * A registry of plugins is one static file of JSON: what there is, where its package lies, its hash and its author's key,
 * and the signature of whoever keeps the list. A list can be mirrored by anybody, because nobody but its keeper can
 * change it.
 */
const FORMAT = 'berth-index/1'

/** Stands beside the kinds for what only answers hooks. */
const HOOKS = 'hooks'

const { id, name, version, description } = Manifest.properties

export const IndexEntry = Type.Object(
  {
    id,
    version,
    name,
    description,
    /** SHA-256 of the package's bytes. */
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    /** An https URL, or a path from where the list lies. */
    address: Type.String({ minLength: 1, maxLength: 2_000 }),
    /** The author's public key, raw ed25519, base64. */
    author: Signature.properties.key,
    kinds: Type.Optional(Type.Array(Type.Enum([...Object.keys(kindTables), HOOKS]), { uniqueItems: true })),
    /** An SVG as it is, shown as a picture alone: in that place it runs and loads nothing. */
    icon: Type.Optional(Type.String({ pattern: '<svg[\\s>]', maxLength: 16_384 })),
  },
  { additionalProperties: false },
)
export type IndexEntry = Static<typeof IndexEntry>

const Index = Type.Object(
  {
    format: Type.Literal(FORMAT),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    plugins: Type.Array(IndexEntry, { maxItems: 2_000 }),
    signature: Signature,
  },
  { additionalProperties: false },
)

export interface PluginIndex {
  name: string
  plugins: readonly IndexEntry[]
  /** Public key of whoever signed the list. */
  key: string
}

/** The text of a signed list. */
export function writeIndex(
  list: { name: string; plugins: readonly IndexEntry[] },
  privatePem: string,
): string {
  const signature = signWith(signedBytes(list), privatePem)
  return `${JSON.stringify({ format: FORMAT, name: list.name, plugins: list.plugins, signature }, null, 1)}\n`
}

/** Reads a list and checks its form and signature. Whether its key is trusted is for the caller to say. */
export function readIndex(text: string): PluginIndex {
  const found = parsed(text)
  const problem = misfit(Index, found)
  if (problem !== undefined) throw IndexInvalid({ reason: problem })
  const { name: title, plugins, signature } = found as Static<typeof Index>
  if (!signedBy(signedBytes({ name: title, plugins }), signature))
    throw IndexInvalid({ reason: 'its signature does not fit; it was changed after it was signed' })
  return { name: title, plugins, key: signature.key }
}

/** What a list says of a package. Only what its author signed is listed. */
export function entryOf(of: { text: string; found: PluginPackage; address: string }): IndexEntry {
  const { manifest, signature } = of.found
  const icon = of.found.files[ICON_FILE]
  if (!signature) throw PackageUnsigned({ plugin: manifest.id })
  return {
    ...{ id: manifest.id, version: manifest.version, name: manifest.name },
    ...{ description: manifest.description, sha256: packageHash(of.text) },
    ...{ address: of.address, author: signature.key, kinds: kindsOf(manifest) },
    ...(icon === undefined ? {} : { icon }),
  }
}

function kindsOf({ kinds, hooks = [] }: Manifest): NonNullable<IndexEntry['kinds']> {
  const names = Object.keys(kinds)
  return names.length === 0 && hooks.length > 0 ? [HOOKS] : names
}

export const packageHash = (text: string): string => createHash('sha256').update(text).digest('hex')

/** In a fixed order of fields, however the file was laid out. */
const signedBytes = (list: { name: string; plugins: readonly IndexEntry[] }): Buffer =>
  Buffer.from(
    JSON.stringify([
      FORMAT,
      list.name,
      list.plugins.map((one) => [
        ...[one.id, one.version, one.name, one.description],
        ...[one.sha256, one.address, one.author],
        ...(one.kinds === undefined && one.icon === undefined ? [] : [one.kinds ?? [], one.icon ?? '']),
      ]),
    ]),
  )

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw IndexInvalid({
      reason:
        'it is not JSON; the setting plugins.index_address needs the address of the file itself, and no page that shows it',
    })
  }
}
