import type { WriteScope } from '../../../sdk/index.ts'
import type { Queries } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'

/** What is to be written, and about which record. */
export interface Wanted {
  recordId: string
  clientId: string
  /** Fits the schema of the scope. */
  body: Record<string, unknown>
}

/** How core writes one scope: by a verb of an area, which this room does not know. */
export interface WriteAct {
  /** Permissions of the verbs that `act` calls: all that a plugin holds while it is done, and what staff need for it. */
  permissions: readonly string[]
  /** What it takes from the client; null where it is about no money. */
  money(wanted: Wanted): { minor: bigint; currency: string } | null
  /** Throws a BerthError for what no person should have to look at, such as a currency that is not the client's. */
  check?(queries: Queries, wanted: Wanted): Promise<void>
  /** Calls the verb. Answers the id of what was made, where that has one. */
  act(means: Means, wanted: Wanted, actor: Actor): Promise<string | null>
}

export type WriteActs = Readonly<Record<WriteScope, WriteAct>>
