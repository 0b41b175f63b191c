import { accessSync, constants, copyFileSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, openSqlite, type Db } from '../../core/db/index.ts'
import { migrations } from '../../migrations/index.ts'

const MEMORY = '/dev/shm'
/** Years of a story take tens of megabytes; containers often have 64 in all. */
const ROOM_BYTES = 2 ** 30

/** Memory where the system has enough of it as a folder: the story itself cuts the power, so no disk has to bear it. */
function roomOfStories(): string {
  try {
    accessSync(MEMORY, constants.W_OK)
    const { bavail, bsize } = statfsSync(MEMORY)
    return bavail * bsize >= ROOM_BYTES ? MEMORY : tmpdir()
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
