import { accessSync, constants, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, openSqlite, type Db } from '../../core/db/index.ts'
import { migrations } from '../../migrations/index.ts'

/** Memory where the system has some as a folder: the power is cut by the story itself, so no disk has to bear it. */
function roomOfStories(): string {
  try {
    accessSync('/dev/shm', constants.W_OK)
    return '/dev/shm'
  } catch {
    return tmpdir()
  }
}

/** An empty, migrated database that each story begins with a copy of. It goes with the process. */
export async function storyTemplate(): Promise<string> {
  const folder = mkdtempSync(join(roomOfStories(), 'berth-stories-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'template.db')
  const db = openSqlite({ file, synchronous: 'off' })
  await migrate(db, migrations, '2026-01-01T00:00:00.000Z')
  await db.close()
  return file
}

/** A copy to live in. `keep`: a file that it is left in when it is removed. */
export function copyOf(template: string, keep?: string): { db: Db; remove(): Promise<void> } {
  const folder = mkdtempSync(join(roomOfStories(), 'berth-story-'))
  const file = join(folder, 'berth.db')
  copyFileSync(template, file)
  const db = openSqlite({ file, synchronous: 'off' })
  return {
    db,
    remove: async () => {
      await db.close()
      if (keep) copyFileSync(file, keep)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
