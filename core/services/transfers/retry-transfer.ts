import { Type } from '../../../sdk/index.ts'
import { applyTransition, defineVerb, findRow, type Means } from '../../records/index.ts'
import { lockService } from '../load.ts'
import { tellProvider } from './tell-provider.ts'
import { transferLifecycle } from './transfer-lifecycle.ts'
import { lockTransfer, type TransferRow } from './transfer-row.ts'

/** Staff have the provider told once more whose the service is now. */
export const retryTransfer = defineVerb(
  {
    permission: 'service_transfer.retry',
    asks: ['service_transfer.retry:check'],
    audience: ['staff'],
    input: Type.Object({ transfer_id: Type.String({ maxLength: 64 }) }),
  },
  (means: Means, input, actor): Promise<TransferRow> =>
    means.db.transaction(async (trx) => {
      const wanted = { table: 'service_transfers', what: 'transfer', id: input.transfer_id }
      const found = await findRow<TransferRow>(trx, actor, wanted)
      await lockService(trx, found.service_id)
      const row = await lockTransfer(trx, found.id)
      const change = { set: { problem: null }, body: { service_id: row.service_id } }
      const again = { lifecycle: transferLifecycle, row, name: 'retry', actor, change } as const
      return tellProvider(means, trx, await applyTransition(means, trx, again))
    }),
)
