import { Type } from '../../../sdk/index.ts'
import { forUpdate, sql } from '../../db/index.ts'
import { applyTransition, defineVerb, findRow, type Means } from '../../records/index.ts'
import { discrepancyLifecycle, type DiscrepancyRow } from './discrepancy.ts'

/** Staff say that it is right as it is, and why. */
export const dismissDiscrepancy = defineVerb(
  {
    permission: 'discrepancy.dismiss',
    asks: ['discrepancy.dismiss:check'],
    audience: ['staff'],
    input: Type.Object({
      discrepancy_id: Type.String(),
      reason: Type.String({ minLength: 1, maxLength: 500 }),
    }),
  },
  async (means: Means, { discrepancy_id: id, reason }, actor): Promise<DiscrepancyRow> => {
    const wanted = { table: 'discrepancies', what: 'discrepancy', id, scope: { client: null } }
    await findRow<DiscrepancyRow>(means.db, actor, wanted)
    return means.db.transaction(async (trx) => {
      const row = await trx.get<DiscrepancyRow>(
        sql`select * from discrepancies where id = ${id} ${forUpdate(trx.dialect)}`,
      )
      const change = { reason, set: { ended_at: means.business.now() } }
      return applyTransition(means, trx, {
        ...{ lifecycle: discrepancyLifecycle, row: row!, name: 'dismiss', actor, change },
      })
    })
  },
)
