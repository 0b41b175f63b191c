import { sql } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { BilledDay } from '../ports.ts'
import { ofBrands } from '../run/zones.ts'
import { leftOfGrant } from './credit-standing.ts'
import { takeLeft, tell, type GrantRow } from './grant-credit.ts'

const BATCH = 200

/** Books out what is left of grants whose day has come, each in a transaction of its own. Answers how many. */
export async function expireCredit(means: Means, { on, brandIds }: BilledDay, actor: Actor): Promise<number> {
  let expired = 0
  for (;;) {
    const rows = await means.db.all<GrantRow>(sql`
      select g.* from credit_grants g where g.expires_on <= ${on} and ${ofBrands(sql`g.brand_id`, brandIds)} and ${leftOfGrant} > 0
      order by g.id limit ${BATCH}`)
    if (rows.length === 0) return expired
    for (const grant of rows)
      await means.db.transaction(async (trx) => {
        const minor = await takeLeft(means, trx, { grantId: grant.id, kind: 'expire' })
        if (minor > 0n) await tell(means, trx, grant, { act: 'expire', actor, minor })
      })
    expired += rows.length
  }
}
