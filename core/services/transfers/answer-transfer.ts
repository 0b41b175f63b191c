import { Type } from '../../../sdk/index.ts'
import { findClient } from '../../clients/index.ts'
import { applyTransition, defineVerb, type Means } from '../../records/index.ts'
import { lockService } from '../load.ts'
import { mailClient, servicePath } from '../mails.ts'
import type { ChangeMeans } from '../ports.ts'
import { completeTransfer } from './complete-transfer.ts'
import { TransferOver } from './errors.ts'
import { transferLifecycle } from './transfer-lifecycle.ts'
import { findOffered, lockTransfer, type TransferRow } from './transfer-row.ts'

const Id = Type.String({ maxLength: 64 })

/** Whoever owns the address takes the service over for one of their clients. Of two answers at once, one is refused. */
export const acceptTransfer = defineVerb(
  {
    permission: 'service_transfer.accept',
    asks: ['service_transfer.accept:check'],
    audience: ['client'],
    input: Type.Object({
      transfer_id: Id,
      client_id: Id,
      /** Fingerprint of what was shown: something else is not agreed to unseen. */
      seen: Type.String({ maxLength: 64 }),
    }),
  },
  (means: ChangeMeans, input, actor): Promise<TransferRow> =>
    means.db.transaction(async (trx) => {
      await findOffered(trx, actor, input.transfer_id)
      const receiver = await findClient(trx, actor, input.client_id, 'service_transfer.accept')
      const transfer = await lockTransfer(trx, input.transfer_id)
      demandStanding(means, transfer)
      return completeTransfer(means, trx, { transfer, receiver, seen: input.seen }, actor)
    }),
)

/** Turns an offer down; the giver hears of it. */
export const declineTransfer = defineVerb(
  {
    permission: 'service_transfer.decline',
    asks: ['service_transfer.decline:check'],
    audience: ['client'],
    input: Type.Object({ transfer_id: Id }),
  },
  (means: Means, input, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      await findOffered(trx, actor, input.transfer_id)
      const row = await lockTransfer(trx, input.transfer_id)
      demandStanding(means, row)
      const change = { set: { answered_at: means.business.now() }, body: { service_id: row.service_id } }
      await applyTransition(means, trx, {
        ...{ lifecycle: transferLifecycle, row, name: 'decline', actor, change },
      })
      const service = await lockService(trx, row.service_id)
      const mail = { template: 'service-declined', link: servicePath(service), occasion: row.id } as const
      await mailClient(means, trx, service, mail)
    }),
)

export const isStandingOffer = (
  { business }: Pick<Means, 'business'>,
  { status, expires_at }: Pick<TransferRow, 'status' | 'expires_at'>,
): boolean => status === 'offered' && expires_at > business.now()

function demandStanding(means: Pick<Means, 'business'>, row: TransferRow): void {
  if (!isStandingOffer(means, row)) throw TransferOver({ id: row.id })
}
