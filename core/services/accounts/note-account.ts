import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql } from '../../db/index.ts'
import { defineVerb, type Means } from '../../records/index.ts'
import { findAccount } from './find-account.ts'

/** Staff leave an account as it is, and say why; without a note it is shown again. It counts as long as the same is found. */
export const noteAccount = defineVerb(
  {
    permission: 'server_account.note',
    asksNobody: 'it is a note of staff',
    audience: ['staff'],
    input: Type.Object({
      account_id: Type.String(),
      note: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
    }),
  },
  async (means: Means, input, actor): Promise<void> => {
    const account = await findAccount(means.db, actor, input.account_id)
    const note = input.note ?? null
    const by = note === null ? null : actor.id
    await means.db.transaction(async (trx) => {
      await trx.run(sql`
        update server_accounts set note = ${note}, noted_by = ${by} where id = ${account.id}`)
      const { id: subject, brand_id: brandId, client_id: clientId, server_id, service_id } = account
      await recordAudit(means, trx, actor, [
        {
          ...{ action: 'server_account.note', subject, brandId, clientId, reason: note },
          ...{ before: { note: account.note }, after: { server_id, service_id, note } },
        },
      ])
    })
  },
)
