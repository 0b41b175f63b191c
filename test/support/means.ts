import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Db } from '../../core/db/index.ts'
import { folderFiles } from '../../core/files/index.ts'
import type { JobRequest, Jobs } from '../../core/jobs/index.ts'
import {
  dayIn,
  idMaker,
  instant,
  toMs,
  type BusinessClock,
  type Clock,
  type Instant,
} from '../../core/kernel/index.ts'
import { silentLog } from '../../core/log/index.ts'
import { words } from '../../core/app/wire/words.ts'
import { noHooks, type Means } from '../../core/records/index.ts'
import { keyRing } from '../../core/secrets/index.ts'

const DAY_MS = 86_400_000

export interface TestMeans extends Means {
  readonly clock: TestClock
  readonly business: TestBusinessClock
  readonly jobs: TestJobs
}

/** Real time as the code under test sees it. It stands still until a test moves it. */
export interface TestClock extends Clock {
  set(at: string): void
  advance(ms: number): void
}

export interface TestBusinessClock extends BusinessClock {
  set(at: string): void
  advance(days: number): void
}

/** Keeps the jobs of committed transactions, in the order entered. */
export interface TestJobs extends Jobs {
  readonly entered: JobRequest[]
  /** The payloads of one task. */
  of(task: string): JobRequest['payload'][]
}

export interface TestMeansOptions {
  /** Where both clocks stand at first. */
  now?: string
}

/** Means for verbs under test: a real database, clocks that tests set, and jobs that are written down. */
export function testMeans(db: Db, { now = '2026-01-15T10:00:00.000Z' }: TestMeansOptions = {}): TestMeans {
  const clock = testClock(now)
  return {
    db,
    clock,
    business: testBusinessClock(now),
    newId: idMaker(clock),
    jobs: testJobs(),
    log: silentLog,
    keys: keyRing(`test:${Buffer.alloc(32, 7).toString('base64')}`),
    files: folderFiles(temporaryFolder()),
    hooks: noHooks,
    messages: words(),
    publicUrl: 'http://shop.example',
  }
}

function testClock(start: string): TestClock {
  let at = Date.parse(start)
  return {
    now: () => instant(at),
    ms: () => at,
    set: (to) => void (at = Date.parse(to)),
    advance: (ms) => void (at += ms),
  }
}

function testBusinessClock(start: string): TestBusinessClock {
  let at: Instant = instant(Date.parse(start))
  return {
    now: () => at,
    today: (zone) => dayIn(zone, at),
    set: (to) => void (at = instant(Date.parse(to))),
    advance: (days) => void (at = instant(toMs(at) + days * DAY_MS)),
  }
}

function testJobs(): TestJobs {
  const entered: JobRequest[] = []
  return {
    entered,
    of: (task) => entered.filter((job) => job.task === task).map((job) => job.payload),
    enqueue: (trx, requests) => {
      trx.afterCommit(() => void entered.push(...requests))
      return Promise.resolve()
    },
  }
}

let folder: string | undefined

/** One for the process; files are named by their hash, so that means do not disturb each other. */
function temporaryFolder(): string {
  if (folder) return folder
  const made = mkdtempSync(join(tmpdir(), 'berth-files-'))
  process.on('exit', () => rmSync(made, { recursive: true, force: true }))
  return (folder = made)
}
