import { Type } from '../../sdk/index.ts'
import { sql, type Queries } from '../db/index.ts'
import { invalidInput } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { changeRecord, toColumns } from './edit.ts'
import { GroupLoop } from './errors.ts'
import { exactly, groupFields, Id, Name, Slug, Version } from './inputs.ts'
import { reachGroup } from './reach.ts'
import type { GroupRow } from './rows.ts'

export const changeGroup = defineVerb(
  {
    permission: 'group.change',
    audience: ['staff'],
    input: exactly({
      id: Id,
      version: Version,
      slug: Type.Optional(Slug),
      name: Type.Optional(Name),
      ...groupFields,
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const { id, version, ...fields } = input
      const row = await reachGroup(trx, actor, id)
      if (fields.parent_id) {
        const parent = await reachGroup(trx, actor, fields.parent_id)
        await checkParent(trx, row, parent)
      }
      const columns = toColumns(fields)
      return changeRecord(
        means,
        trx,
        { table: 'product_groups', what: 'group', brandId: row.brand_id, row, version, columns },
        actor,
      )
    }),
)

/** Walks up from the new parent: the group itself must not be on the way. */
async function checkParent(queries: Queries, row: GroupRow, parent: GroupRow): Promise<void> {
  if (parent.brand_id !== row.brand_id) throw invalidInput({ parent_id: 'is a group of another brand' })
  const groups = await queries.all<GroupRow>(
    sql`select * from product_groups where brand_id = ${row.brand_id}`,
  )
  for (let step: GroupRow | undefined = parent; step;) {
    if (step.id === row.id) throw GroupLoop({ slug: row.slug })
    const above: string | null = step.parent_id
    step = groups.find((group) => group.id === above)
  }
}
