import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, openSqlite } from '../../core/db/index.ts'
import { migrations } from '../../migrations/index.ts'

/** A migrated, empty database in a file that tests copy. Whoever made it removes it. */
export async function makeSqliteTemplate(): Promise<{ file: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-template-'))
  const file = join(folder, 'template.db')
  const db = openSqlite({ file, synchronous: 'off' })
  await migrate(db, migrations, '2026-01-01T00:00:00.000Z')
  await db.close()
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
