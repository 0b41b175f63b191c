import { sql } from '../db/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { changeRecord } from './edit.ts'
import { GroupInUse } from './errors.ts'
import { exactly, Id, Version } from './inputs.ts'
import { reachGroup } from './reach.ts'

/** Takes an empty group out of the shop; its old products keep naming it. */
export const retireGroup = defineVerb(
  { permission: 'group.retire', audience: ['staff'], input: exactly({ id: Id, version: Version }) },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const row = await reachGroup(trx, actor, input.id)
      const held = await trx.get<{ products: number; groups: number }>(sql`
        select (select count(*) from products where group_id = ${row.id} and status <> 'retired') as products,
          (select count(*) from product_groups where parent_id = ${row.id} and retired_at is null) as groups`)
      if (held && (held.products > 0 || held.groups > 0)) throw GroupInUse({ id: row.id, ...held })
      const columns = { retired_at: row.retired_at ?? means.business.now() }
      return changeRecord(
        means,
        trx,
        {
          table: 'product_groups',
          what: 'group',
          act: 'retire',
          brandId: row.brand_id,
          row,
          columns,
          version: input.version,
        },
        actor,
      )
    }),
)
