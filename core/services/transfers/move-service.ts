import { Type } from '../../../sdk/index.ts'
import { findClient, type Client } from '../../clients/index.ts'
import type { Queries, Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { applyTransition, defineVerb, type Means } from '../../records/index.ts'
import { findService, lockOwnService } from '../load.ts'
import type { ChangeMeans } from '../ports.ts'
import type { ServiceRow } from '../rows.ts'
import { completeTransfer, demandReceiver } from './complete-transfer.ts'
import { familyOf } from './family.ts'
import { obstaclesOf, type Obstacle } from './obstacles.ts'
import { enterTransfer } from './offer-transfer.ts'
import { transferLifecycle } from './transfer-lifecycle.ts'
import { pricesFor, type Taken } from './transfer-prices.ts'
import { openTransfer, type TransferRow } from './transfer-row.ts'

const Move = {
  service_id: Type.String({ maxLength: 64 }),
  to_client_id: Type.String({ maxLength: 64 }),
  /** "list": what the receiver's price list says today. "same": what the service costs now. */
  prices: Type.Enum({ list: 'list', same: 'same' } as const, { default: 'list' }),
}

export interface PreviewedTransfer {
  service: ServiceRow
  receiver: Client
  taken: Taken[]
  obstacles: Obstacle[]
}

/** What would move, at which prices, and what stands in the way. Changes nothing. */
export const previewTransfer = defineVerb(
  { permission: 'service_transfer.preview', audience: ['staff'], input: Type.Object(Move) },
  async (means: ChangeMeans, input, actor): Promise<PreviewedTransfer> => {
    const { db } = means
    const right = 'service_transfer.preview'
    const service = await findService(db, actor, { id: input.service_id, right })
    const receiver = await receiverOf(db, { service, id: input.to_client_id, right }, actor)
    const family = await familyOf(db, service)
    const obstacles = await obstaclesOf(means, db, family)
    return {
      ...{ service, receiver, obstacles },
      taken: await pricesFor(means, db, { family, receiver, prices: input.prices }),
    }
  },
)

/** Staff move a service at once; an offer of its client that nobody has answered is withdrawn. */
export const moveService = defineVerb(
  {
    permission: 'service_transfer.move',
    asks: ['service_transfer.accept:check', 'service_transfer.withdraw:check'],
    audience: ['staff'],
    input: Type.Object({ ...Move, reason: Type.String({ minLength: 1, maxLength: 500 }) }),
  },
  (means: ChangeMeans, input, actor): Promise<TransferRow> => {
    // Plugins are asked about it by its id, so each try of the transaction has the same one.
    const id = means.newId('trf')
    return means.db.transaction(async (trx) => {
      const right = 'service_transfer.move'
      const service = await lockOwnService(trx, actor, { id: input.service_id, right })
      const receiver = await receiverOf(trx, { service, id: input.to_client_id, right }, actor)
      await withdrawOpen(means, trx, service, actor)
      const { prices, reason } = input
      const transfer = await enterTransfer(means, trx, { id, service, prices, reason }, actor)
      return completeTransfer(means, trx, { transfer, receiver }, actor)
    })
  },
)

async function receiverOf(
  queries: Queries,
  { service, id, right }: { service: ServiceRow; id: string; right: string },
  actor: Actor,
): Promise<Client> {
  const receiver = await findClient(queries, actor, id, right)
  demandReceiver(service, receiver)
  return receiver
}

async function withdrawOpen(means: Means, trx: Trx, { id }: ServiceRow, actor: Actor): Promise<void> {
  const row = await openTransfer(trx, id)
  if (!row) return
  const change = { set: { answered_at: means.business.now() }, body: { service_id: id } }
  await applyTransition(means, trx, {
    ...{ lifecycle: transferLifecycle, row, name: 'withdraw', actor, change },
  })
}
