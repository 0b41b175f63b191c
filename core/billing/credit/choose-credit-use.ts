import { Type } from '../../../sdk/index.ts'
import { defineVerb, findRow, writeSetting, type Means } from '../../records/index.ts'
import { useCreditAlways } from '../settings.ts'

/** Whether new invoices of a client take its credit by themselves. Off: the client uses it on the invoices it chooses. */
export const chooseCreditUse = defineVerb(
  {
    permission: 'credit.choose_use',
    asksNobody: 'a client says how its own credit is used, and no sum changes by it',
    audience: ['staff', 'client'],
    input: Type.Object({ client_id: Type.String(), always: Type.Boolean() }),
  },
  async (means: Means, { client_id, always }, actor): Promise<void> => {
    const { id } = await findRow<{ id: string }>(means.db, actor, {
      ...{ table: 'clients', what: 'client', id: client_id },
      scope: { client: 'id', right: 'credit.choose_use' },
    })
    const change = { setting: useCreditAlways, scope: 'client', scopeId: id, value: always } as const
    await means.db.transaction((trx) => writeSetting(means, trx, change, actor))
  },
)
