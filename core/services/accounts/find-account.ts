import type { Queries } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { findRow } from '../../records/index.ts'
import type { ServerAccountRow } from './rows.ts'

/** An account of nobody belongs to no brand: only who works for all of them reaches it. */
export const findAccount = (queries: Queries, actor: Actor, id: string): Promise<ServerAccountRow> =>
  findRow<ServerAccountRow>(queries, actor, {
    ...{ table: 'server_accounts', what: 'server account', id, scope: { client: null } },
  })
