import { sql } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { BilledDay } from '../ports.ts'
import { eachByItself } from '../run/each-by-itself.ts'
import { ofBrands } from '../run/zones.ts'
import { leftOfGrant } from './credit-standing.ts'
import { takeLeft, tell, type GrantRow } from './grant-credit.ts'

const BATCH = 200

/** Books out what is left of grants whose day has come, each in a transaction of its own. Answers how many. */
export async function expireCredit(means: Means, { on, brandIds }: BilledDay, actor: Actor): Promise<number> {
  const daily = { refusal: 'credit.expire_refused', failure: 'credit.expire_failed', actor }
  let expired = 0
  for (let after = ''; ;) {
    const rows = await means.db.all<GrantRow>(sql`
      select g.* from credit_grants g where g.id > ${after} and g.expires_on <= ${on} and ${ofBrands(sql`g.brand_id`, brandIds)} and ${leftOfGrant} > 0
      order by g.id limit ${BATCH}`)
    if (rows.length === 0) return expired
    after = rows.at(-1)!.id
    for (const grant of rows)
      expired += await eachByItself(means, { ...daily, ids: [grant.id] }, async (trx) => {
        const minor = await takeLeft(means, trx, { grantId: grant.id, kind: 'expire' })
        if (minor > 0n) await tell(means, trx, grant, { act: 'expire', actor, minor })
        return 1
      })
  }
}
