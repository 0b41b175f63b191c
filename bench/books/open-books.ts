import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, openSqlite, type Db } from '../../core/db/index.ts'
import { systemClock } from '../../core/kernel/index.ts'
import type { Means } from '../../core/records/index.ts'
import { migrations } from '../../migrations/index.ts'
import { makeBuyer } from '../../test/billing/support.ts'
import { benchMeans } from '../billing/shop.ts'
import { makeDocument } from '../billing/raw.ts'

export interface Books {
  means: Means
  brandId: string
  client: { id: string; brand_id: string; currency: string }
}

export interface Template {
  folder: string
  file: string
  remove(): void
}

/** A database with one brand and one client, to be copied for each round. */
export async function emptyBooks(
  fill: (books: Books) => Promise<void> = () => Promise.resolve(),
): Promise<Template> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'))
  const file = join(folder, 'books.db')
  const db = openSqlite({ file, synchronous: 'off' })
  await migrate(db, migrations, systemClock.now())
  const means = await benchMeans(db)
  await (means.jobs as unknown as { install(): Promise<void> }).install()
  const { brand, client } = await makeBuyer(means as never)
  await makeDocument(db, means.newId('inv'))
  await fill({ means, brandId: brand.id, client })
  await db.close()
  return { folder, file, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Opens a fresh copy, with each commit on the disk as a real installation has it. */
export async function onCopy<T>(
  of: Template,
  work: (db: Db, means: Means, file: string) => Promise<T>,
): Promise<T> {
  const file = join(of.folder, 'round.db')
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  copyFileSync(of.file, file)
  const db = openSqlite({ file })
  try {
    return await work(db, await benchMeans(db), file)
  } finally {
    await db.close()
  }
}
