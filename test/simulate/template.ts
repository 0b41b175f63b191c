import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, openSqlite } from '../../core/db/index.ts'
import { migrations } from '../../migrations/index.ts'

/** An empty, migrated database that each story begins with a copy of. It goes with the process. */
export async function storyTemplate(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-stories-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'template.db')
  const db = openSqlite({ file, synchronous: 'off' })
  await migrate(db, migrations, '2026-01-01T00:00:00.000Z')
  await db.close()
  return file
}
