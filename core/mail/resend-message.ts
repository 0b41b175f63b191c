import { Type } from '../../sdk/index.ts'
import { applyTransition, defineVerb, findRow, type Means } from '../records/index.ts'
import { deliverJob } from './compose-message.ts'
import { LinkSpent } from './errors.ts'
import { isSecret } from './mail-data.ts'
import { messageLifecycle } from './message-lifecycle.ts'
import type { MessageRow } from './message.ts'

/** Sends a mail of the log again as it stands, under a Message-ID of its own. */
export const resendMessage = defineVerb(
  {
    permission: 'message.resend',
    asks: ['message.resend:check'],
    audience: ['staff'],
    input: Type.Object({ id: Type.String() }),
  },
  async (means: Means, { id }, actor): Promise<void> => {
    await means.db.transaction(async (trx) => {
      const row = await findRow<MessageRow>(trx, actor, { table: 'messages', what: 'message', id })
      if (row.status === 'sent' && isSecret(row.template)) throw LinkSpent({ id })
      const change = { set: { sends: row.sends + 1, last_error: null } }
      await applyTransition(means, trx, { lifecycle: messageLifecycle, row, name: 'resend', actor, change })
      await means.jobs.enqueue(trx, [deliverJob(row)])
    })
  },
)
