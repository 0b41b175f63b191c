import { sql, type Trx } from '../db/index.ts'
import type { Means } from '../records/index.ts'
import { AlreadySetUp, SetUpTokenWrong } from './errors.ts'
import { newSecretToken, secretTokenHash } from './secret-token.ts'

/** Real ones run on the real clock and never with an outbound map; tests and samples may do both. */
export type InstallationKind = 'real' | 'test' | 'sample'

/**
 * Called at each start. Before the installation is set up it answers a fresh one-time token to print, and the one
 * printed before stops working; afterwards null.
 */
export async function firstRun(means: Means, kind: InstallationKind): Promise<{ token: string } | null> {
  return means.db.transaction(async (trx) => {
    const { token, hash } = newSecretToken()
    await ensureInstallation(means, trx, kind)
    const open = await trx.run(
      sql`update installation set setup_token_hash = ${hash} where set_up_at is null`,
    )
    return open === 1 ? { token } : null
  })
}

/** Closes the set-up for ever, or throws. A null token is for the command line, which needs none. */
export async function closeSetUp(
  means: Means,
  trx: Trx,
  wanted: { token: string | null; kind: InstallationKind },
): Promise<void> {
  await ensureInstallation(means, trx, wanted.kind)
  const fits = wanted.token === null ? sql`1 = 1` : sql`setup_token_hash = ${secretTokenHash(wanted.token)}`
  const closed = await trx.run(sql`
    update installation set set_up_at = ${means.clock.now()}, setup_token_hash = null where set_up_at is null and ${fits}`)
  if (closed === 1) return
  const row = await trx.get<{ set_up_at: string | null }>(sql`select set_up_at from installation`)
  throw row?.set_up_at ? AlreadySetUp({}) : SetUpTokenWrong({})
}

async function ensureInstallation(means: Means, trx: Trx, kind: InstallationKind): Promise<void> {
  const now = means.clock.now()
  await trx.run(sql`
    insert into installation (id, kind, created_at, updated_at) values ('installation', ${kind}, ${now}, ${now})
    on conflict (id) do nothing`)
}
