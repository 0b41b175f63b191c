import { addFile, fileTypeOf, fileTypes, type FileType } from '../files/index.ts'
import type { Actor } from '../kernel/index.ts'
import { permit, type Means } from '../records/index.ts'
import { addCartItem } from './add-cart-item.ts'

export const UPLOAD_MAX = 4 * 1024 * 1024

export interface Upload {
  name: string
  bytes: Uint8Array
}

/** The id under which a file sent with an order is kept, or why it is not taken. */
export type KeptUpload = { id: string } | { problem: string }

/**
 * Keeps a file that answers a question of a product, under its hash and outside the web root. Its type is told by its
 * content. The id cannot be guessed: who has it sent these bytes, or was shown the service they came with.
 */
export async function keepUpload(
  means: Means,
  { upload, types }: { upload: Upload; types: readonly string[] },
  actor: Actor,
): Promise<KeptUpload> {
  permit(addCartItem, actor)
  if (upload.bytes.length > UPLOAD_MAX) return { problem: `may have at most ${UPLOAD_MAX / 1024 / 1024} MB` }
  const allowed = types.length > 0 ? types : Object.keys(fileTypes)
  const type = fileTypeOf(upload.bytes)
  if (type === null || !allowed.includes(type))
    return { problem: `must be a file of type ${allowed.join(', ')}` }
  const sha256 = await means.files.keep(upload.bytes)
  const file = {
    ...{ id: means.newId('fil'), sha256, media_type: fileTypes[type] },
    ...{
      bytes: upload.bytes.length,
      file_name: safeName(upload.name, type),
      created_at: means.business.now(),
    },
  }
  return { id: await means.db.transaction((trx) => addFile(trx, file)) }
}

/** The name as sent, without folders and odd signs, with the ending of what it is. */
function safeName(name: string, type: FileType): string {
  const bare = name
    .split(/[/\\]/)
    .at(-1)!
    .replace(/\.[^.]*$/, '')
  const plain = bare
    .replaceAll(/[^\p{L}\p{N} ._-]/gu, '')
    .trim()
    .slice(0, 80)
  return `${plain || 'file'}.${type}`
}
