import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Db } from '../../core/db/index.ts'
import { folderFiles } from '../../core/files/index.ts'
import type { JobRequest } from '../../core/jobs/index.ts'
import { dayIn, idMaker, instant, systemClock, type BusinessClock } from '../../core/kernel/index.ts'
import { silentLog } from '../../core/log/index.ts'
import type { Means } from '../../core/records/index.ts'
import { keyRing } from '../../core/secrets/index.ts'

export interface TestMeans extends Means {
  business: BusinessClock & { set(at: string): void }
  jobs: Means['jobs'] & { entered: JobRequest[] }
}

/** Means over a test database: a business clock that stands still until it is set, and jobs that are only noted. */
export function testMeans(db: Db, { now = '2026-03-01T10:00:00.000Z' }: { now?: string } = {}): TestMeans {
  let at = instant(Date.parse(now))
  const entered: JobRequest[] = []
  const folder = mkdtempSync(join(tmpdir(), 'berth-files-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return {
    db,
    clock: systemClock,
    business: {
      now: () => at,
      today: (zone) => dayIn(zone, at),
      set: (next) => void (at = instant(Date.parse(next))),
    },
    newId: idMaker(systemClock),
    jobs: {
      entered,
      enqueue: async (trx, requests) => trx.afterCommit(() => void entered.push(...requests)),
    },
    log: silentLog,
    keys: keyRing(`k1:${Buffer.alloc(32, 7).toString('base64')}`),
    files: folderFiles(folder),
  }
}
