import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { migrations } from '../../migrations/index.ts'
import type { Config } from '../config/index.ts'
import { isCurrent, migrate, NoFolder, openPostgres, openSqlite, type Db } from '../db/index.ts'
import { folderFiles } from '../files/index.ts'
import { createJobs, type JobEngine } from '../jobs/index.ts'
import { idMaker, systemClock } from '../kernel/index.ts'
import { createLog, type Log } from '../log/index.ts'
import { openHooks, type OpenHooks } from '../plugins/index.ts'
import type { Means } from '../records/index.ts'
import { keyRing, keysFromFile } from '../secrets/index.ts'
import { onSqlite } from './places.ts'
import { words } from './wire/words.ts'
import { openSharedClock, type SharedClock } from './shared-clock.ts'

export interface OpenMeans {
  means: Means
  /** The same as `means.hooks`, to be bound to the plugin host. */
  hooks: OpenHooks
  engine: JobEngine
  sharedClock: SharedClock
  close(): Promise<void>
}

/** Opens everything that verbs stand on. The database is brought up to date first. */
export async function openMeans(config: Config): Promise<OpenMeans> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  const clock = systemClock
  const newId = idMaker(clock)
  const log = createLog(config.logLevel)
  const db = openDatabase(config, log)
  try {
    const engine = await createJobs({ db, clock, newId })
    await bringUpToDate(db, engine)
    const sharedClock = await openSharedClock(db, clock)
    const hooks = await openHooks({ db, clock, log })
    const means: Means = {
      db,
      clock,
      business: sharedClock.business,
      newId,
      jobs: engine,
      log,
      hooks,
      keys: keyRing(config.keys ?? keysFromFile(join(config.dataDir, 'keys'))),
      files: folderFiles(join(config.dataDir, 'files')),
      messages: words(),
      publicUrl: config.url ?? `http://localhost:${config.port}`,
    }
    return { means, hooks, engine, sharedClock, close: () => close(db, sharedClock, hooks) }
  } catch (error) {
    await db.close()
    throw error
  }
}

function openDatabase(config: Config, log: Log): Db {
  const afterCommitFailed = (error: unknown): void =>
    log.error({ err: error }, 'an act after a commit failed; what was committed stands')
  if (!onSqlite(config)) return openPostgres({ url: config.databaseUrl, afterCommitFailed })
  const file = config.databaseUrl.slice('sqlite:'.length)
  const folder = dirname(file)
  if (!existsSync(folder)) throw NoFolder({ folder })
  accessSync(folder, constants.W_OK)
  return openSqlite({ file, synchronous: config.sqliteSync, afterCommitFailed })
}

async function bringUpToDate(db: Db, engine: JobEngine): Promise<void> {
  if (!(await isCurrent(db, migrations))) await migrate(db, migrations, systemClock.now())
  await engine.install()
}

async function close(db: Db, sharedClock: SharedClock, hooks: OpenHooks): Promise<void> {
  hooks.stop()
  sharedClock.close()
  await db.close()
}
