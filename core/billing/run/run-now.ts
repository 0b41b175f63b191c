import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { findRow, defineVerb, type Means } from '../../records/index.ts'
import { RunOfAllBrands } from '../errors.ts'

/** The job that the app registers: it bills up to the present day. */
export const RUN_NOW_TASK = 'billing.run_now'

/**
 * Starts the day's run beside its schedule, for staff of all brands: brands of a zone share their day, which is done for
 * all of them or for none. A day that was billed is only searched for what is still due.
 */
export const runBillingNow = defineVerb(
  {
    permission: 'billing.run',
    asksNobody: 'all that a run decides is asked about by itself',
    audience: ['staff'],
    input: Type.Object({}),
  },
  async (means: Means, _input, actor): Promise<void> => {
    if (!mayRun(actor)) throw RunOfAllBrands({})
    await means.db.transaction(async (trx) => {
      await recordAudit(means, trx, actor, [{ action: 'billing.run', subject: RUN_NOW_TASK }])
      await means.jobs.enqueue(trx, [{ task: RUN_NOW_TASK, payload: {}, key: RUN_NOW_TASK }])
    })
  },
)

/** Staff of some brands would bill those of others. */
export const mayRun = (actor: Actor): boolean => actor.kind !== 'staff' || actor.brandIds === 'all'

/** Puts a client whose cause was repaired back into the run. */
export const releaseParkedClient = defineVerb(
  {
    permission: 'billing.release_parked',
    asksNobody: 'all that a run decides is asked about by itself',
    audience: ['staff'],
    input: Type.Object({ client_id: Type.String() }),
  },
  async (means: Means, { client_id }, actor): Promise<void> => {
    const scope = { client: 'id' }
    await findRow(means.db, actor, { table: 'clients', what: 'client', id: client_id, scope })
    await means.db.transaction(async (trx) => {
      const freed = await trx.run(sql`delete from parked_clients where client_id = ${client_id}`)
      if (freed === 0) return
      const entry = { action: 'billing.release_parked', subject: client_id, clientId: client_id }
      await recordAudit(means, trx, actor, [entry])
    })
  },
)
