import { sql, type Db } from '../db/index.ts'
import { businessClock, type BusinessClock, type Clock } from '../kernel/index.ts'
import { ClockIsReal, NoInstallation } from './errors.ts'
import { findInstallation } from './installation.ts'

/**
 * The business clock that all processes share. Its offset is a row; each thread keeps a copy, which is read again when
 * another thread says so, each quarter second (another node may have moved it), and before each job.
 */
export interface SharedClock {
  readonly business: BusinessClock
  offsetMs(): number
  /** Reads the row again, when the installation is one whose clock may move. */
  refresh(): Promise<void>
  /** After the row was made: what it says about the clock is told to all threads. */
  reread(): Promise<void>
  /** Moves the clock for everybody. Refused on a real installation. */
  advance(ms: number): Promise<void>
  close(): void
}

const CHANNEL = 'berth.clock'
const REFRESH_MS = 250

export async function openSharedClock(db: Db, clock: Clock): Promise<SharedClock> {
  let offset = 0
  let movable = false
  const read = async () => {
    const installation = await findInstallation(db)
    movable = installation !== undefined && installation.kind !== 'real'
    offset = movable ? installation!.clock_offset_ms : 0
  }
  await read()
  const channel = new BroadcastChannel(CHANNEL)
  channel.onmessage = () => void read().catch(() => undefined)
  channel.unref()
  const reread = async () => {
    await read()
    channel.postMessage(null)
  }
  const timer = setInterval(() => void (movable && read().catch(() => undefined)), REFRESH_MS)
  timer.unref()
  return {
    business: businessClock(clock, () => offset),
    offsetMs: () => offset,
    refresh: async () => (movable ? read() : undefined),
    reread,
    async advance(ms) {
      await move(db, clock, ms)
      await reread()
    },
    close() {
      clearInterval(timer)
      channel.close()
    },
  }
}

async function move(db: Db, clock: Clock, ms: number): Promise<void> {
  const moved = await db.run(sql`
    update installation set clock_offset_ms = clock_offset_ms + ${ms}, updated_at = ${clock.now()} where kind <> 'real'`)
  if (moved > 0) return
  const installation = await findInstallation(db)
  throw installation ? ClockIsReal({ kind: installation.kind }) : NoInstallation({})
}
