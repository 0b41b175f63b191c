import { sql } from '../../db/index.ts'
import { instant } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'

const KEPT_MS = 90 * 86_400_000

/** The step of every night: refused deliveries are forgotten after 90 days. Answers how many. */
export const pruneRefusals = (means: Means): Promise<number> =>
  means.db.run(sql`delete from webhook_refusals where received_at < ${instant(means.clock.ms() - KEPT_MS)}`)
