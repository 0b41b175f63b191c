import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql } from '../db/index.ts'
import { NotFound } from '../kernel/index.ts'
import { defineVerb, updateVersioned, type Means } from '../records/index.ts'

export interface ServerGroupRow {
  id: string
  name: string
  /** One after another, or where the smallest share of places is taken. */
  fill: 'fill_first' | 'least_used'
  version: number
}

const facts = {
  name: Type.String({ minLength: 1, maxLength: 120 }),
  fill: Type.Enum({ fill_first: 'fill_first', least_used: 'least_used' } as const, { default: 'fill_first' }),
}

export const createServerGroup = defineVerb(
  {
    permission: 'server_group.create',
    asksNobody: 'it sets up the house',
    audience: ['staff'],
    input: Type.Object(facts),
  },
  async (means: Means, input, actor): Promise<string> => {
    const id = means.newId('svg')
    const now = means.business.now()
    await means.db.transaction(async (trx) => {
      await trx.insert('server_groups', [{ id, ...input, created_at: now, updated_at: now }])
      await recordAudit(means, trx, actor, [{ action: 'server_group.create', subject: id, after: input }])
    })
    return id
  },
)

export const changeServerGroup = defineVerb(
  {
    permission: 'server_group.change',
    asksNobody: 'it sets up the house',
    audience: ['staff'],
    input: Type.Object({ group_id: Type.String(), version: Type.Integer(), ...facts }),
  },
  (means: Means, { group_id: id, version, ...set }, actor) =>
    means.db.transaction(async (trx) => {
      const before = await trx.get<ServerGroupRow>(sql`select * from server_groups where id = ${id}`)
      if (!before) throw NotFound({ what: 'server group', id })
      await updateVersioned(means, trx, {
        table: 'server_groups',
        what: 'server group',
        row: { id, version },
        set,
      })
      await recordAudit(means, trx, actor, [
        { action: 'server_group.change', subject: id, before, after: set },
      ])
    }),
)
