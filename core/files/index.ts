export * from './sniff.ts'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql, type Queries, type Trx } from '../db/index.ts'
import type { Id, Instant } from '../kernel/index.ts'

/** Bytes by their hash, outside the web root. The same bytes are kept once. */
export interface Files {
  /** Writes the bytes before the row, so that a row never points to nothing. */
  keep(bytes: Uint8Array): Promise<string>
  read(sha256: string): Promise<Buffer>
}

export interface StoredFile {
  id: Id<'fil'>
  sha256: string
  media_type: string
  bytes: number
  file_name: string
  created_at: Instant
}

export function folderFiles(folder: string): Files {
  const path = (sha256: string) => join(folder, sha256.slice(0, 2), sha256)
  return {
    async keep(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      await mkdir(join(folder, sha256.slice(0, 2)), { recursive: true })
      const target = path(sha256)
      await writeFile(`${target}.part`, bytes)
      await rename(`${target}.part`, target)
      return sha256
    },
    read: (sha256) => readFile(path(sha256)),
  }
}

/** Adds the row of a kept file, or answers the id of the row that has these bytes already. */
export async function addFile(trx: Trx, file: StoredFile): Promise<string> {
  await trx.run(sql`
    insert into files (id, sha256, media_type, bytes, file_name, created_at)
    values (${file.id}, ${file.sha256}, ${file.media_type}, ${file.bytes}, ${file.file_name}, ${file.created_at})
    on conflict (sha256) do nothing`)
  const row = await trx.get<{ id: string }>(sql`select id from files where sha256 = ${file.sha256}`)
  return row!.id
}

export function getFile(queries: Queries, id: string): Promise<StoredFile | undefined> {
  return queries.get<StoredFile>(sql`select * from files where id = ${id}`)
}
