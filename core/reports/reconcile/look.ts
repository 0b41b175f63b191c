import { sql, type Sql } from '../../db/index.ts'
import { instant, toMs, type Instant } from '../../kernel/index.ts'

const HOUR_MS = 3_600_000

export interface Look {
  now: Instant
  /** One record alone, for a repair that looks again before it acts. */
  only?: string | undefined
}

export const one = (column: Sql, { only }: Look): Sql =>
  only === undefined ? sql`1 = 1` : sql`${column} = ${only}`

/** What is older has lain there for so long. */
export const waitedFor = ({ now }: Look, hours: number): Instant => instant(toMs(now) - hours * HOUR_MS)
