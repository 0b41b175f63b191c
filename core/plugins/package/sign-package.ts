import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto'
import { hashesOf, writePackage, type PluginPackage, type Signature } from './package-file.ts'

/** DER of an ed25519 public key is this and the 32 raw bytes. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')

/** A new author key: the private half as PEM for its owner alone, the public half raw in base64. */
export function makeAuthorKey(): { privatePem: string; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicKey: rawKey(publicKey),
  }
}

/** The text of the same package with a signature of its hashes, name and version. */
export function signPackage(found: PluginPackage, privatePem: string): string {
  return writePackage(found.files, signWith(signedBytes(found), privatePem))
}

export const signatureFits = (found: PluginPackage, signature: Signature): boolean =>
  signedBy(signedBytes(found), signature)

export function signWith(bytes: Buffer, privatePem: string): Signature {
  const key = createPrivateKey(privatePem)
  return { key: rawKey(createPublicKey(key)), value: sign(null, bytes, key).toString('base64') }
}

export function signedBy(bytes: Buffer, signature: Signature): boolean {
  const der = Buffer.concat([SPKI, Buffer.from(signature.key, 'base64')])
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  return verify(null, bytes, key, Buffer.from(signature.value, 'base64'))
}

/** What people compare: "b3f1 09aa …", the first 16 bytes of the key's hash. */
export function fingerprint(publicKey: string): string {
  const hash = createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex')
  return hash.slice(0, 32).replace(/(.{4})(?=.)/g, '$1 ')
}

function signedBytes({ manifest, files }: PluginPackage): Buffer {
  const { id, version } = manifest
  return Buffer.from(JSON.stringify(['berth-plugin/1', id, version, hashesOf(files)]))
}

const rawKey = (key: KeyObject): string =>
  (key.export({ type: 'spki', format: 'der' }) as Buffer).subarray(SPKI.length).toString('base64')
