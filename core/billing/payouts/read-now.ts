import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { defineVerb, type Means } from '../../records/index.ts'
import { READ_TASK } from './read-gateway-money.ts'

/** Enters the reading of the night as a job of its own, for the brands of whoever asks. */
export const readGatewaysNow = defineVerb(
  {
    permission: 'payout.read_now',
    asksNobody: 'it reads what has happened outside',
    audience: ['staff'],
    input: Type.Object({}),
  },
  (means: Means, _input, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      await recordAudit(means, trx, actor, [{ action: 'payout.read_now', subject: 'gateways' }])
      const brandIds = actor.brandIds === 'all' ? null : [...actor.brandIds].sort()
      const key = brandIds === null ? READ_TASK : `${READ_TASK}:${brandIds.join()}`
      await means.jobs.enqueue(trx, [{ task: READ_TASK, payload: { brandIds }, key }])
    }),
)
