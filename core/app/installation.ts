import { sql, type Queries } from '../db/index.ts'
import type { Instant } from '../kernel/index.ts'
import type { InstallationKind } from '../identity/index.ts'
import type { Means } from '../records/index.ts'
import { InstallationExists } from './errors.ts'

export type { InstallationKind }

export interface Installation {
  id: string
  kind: InstallationKind
  clock_offset_ms: number
  /** SHA-256 of the one-time token that opens the set-up page; null once it was used. */
  setup_token_hash: string | null
  /** Null until somebody, or `berth init`, made the first brand and staff. */
  set_up_at: Instant | null
  created_at: Instant
  updated_at: Instant
}

export function findInstallation(queries: Queries): Promise<Installation | undefined> {
  return queries.get<Installation>(sql`select * from installation`)
}

const ONLY = 'installation'

/** Writes the one row that says what this database is for. `clockOffsetMs` is how far its clock stands from the real one. */
export async function createInstallation(
  means: Pick<Means, 'db' | 'clock'>,
  kind: InstallationKind,
  clockOffsetMs = 0,
): Promise<void> {
  const now = means.clock.now()
  const made = await means.db.run(sql`
    insert into installation (id, kind, clock_offset_ms, created_at, updated_at)
    values (${ONLY}, ${kind}, ${clockOffsetMs}, ${now}, ${now}) on conflict (id) do nothing`)
  if (made === 0) throw InstallationExists({ kind: (await findInstallation(means.db))!.kind })
}
