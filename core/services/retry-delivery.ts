import { Type } from '../../sdk/index.ts'
import type { Trx } from '../db/index.ts'
import { clearTimer } from '../jobs/index.ts'
import { NotFound, type Actor } from '../kernel/index.ts'
import {
  applyTransition,
  defineVerb,
  demandCheck,
  findRow,
  updateVersioned,
  type Means,
} from '../records/index.ts'
import { deliveryAsking } from './delivery-asking.ts'
import { deliveryLifecycle } from './delivery-lifecycle.ts'
import { DeliveryBusy, DeliveryOpen, WrongAction } from './errors.ts'
import { lockWork, type Work } from './load.ts'
import { isBusy, openDelivery } from './reconcile-delivery.ts'
import type { DeliveryRow, DeliveryStep } from './rows.ts'
import { enqueueDelivery } from './start-delivery.ts'

/** Tries now, with three new tries before staff are asked again. */
export const retryDelivery = defineVerb(
  {
    permission: 'delivery.retry',
    asks: ['delivery.retry:check'],
    audience: ['staff'],
    input: Type.Object({ delivery_id: Type.String() }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const work = await lockOwnWork(means, trx, input.delivery_id, actor)
      if (work.delivery.step === 'by_hand') throw byPerson(work)
      demandCheck(means, trx, actor, deliveryAsking('retry', work.delivery))
      await reopenDelivery(means, trx, { ...work, step: work.delivery.step }, actor)
    }),
)

/** Takes back what a creation has made; the service may be delivered anew afterwards. */
export const undoDelivery = defineVerb(
  {
    permission: 'delivery.undo',
    asks: ['delivery.undo:check'],
    audience: ['staff'],
    input: Type.Object({ delivery_id: Type.String() }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const work = await lockOwnWork(means, trx, input.delivery_id, actor)
      const { delivery } = work
      if (delivery.step === 'by_hand') throw byPerson(work)
      if (delivery.action !== 'create' || delivery.server_id === null)
        throw WrongAction({ id: delivery.id, action: delivery.action, wanted: 'a creation on a server' })
      demandCheck(means, trx, actor, deliveryAsking('undo', delivery))
      await reopenDelivery(means, trx, { ...work, step: 'undo' }, actor)
    }),
)

const byPerson = ({ delivery }: Work) =>
  WrongAction({ id: delivery.id, action: `${delivery.action} by hand`, wanted: 'work of a plugin' })

/** Back to the front of the line: at once, whatever timer it had. */
export async function reopenDelivery(
  means: Means,
  trx: Trx,
  { delivery, service, step }: Work & { step: DeliveryStep },
  actor: Actor,
): Promise<void> {
  const open = await openDelivery(trx, service.id)
  if (open && open.id !== delivery.id) throw DeliveryOpen({ service: service.id })
  await clearTimer(trx, `delivery:${delivery.id}`)
  const set = { step, attempts: 0, payload: '{}', next_try_at: means.business.now(), busy_until: null }
  if (delivery.status === 'open') {
    await updateVersioned(means, trx, { table: 'deliveries', what: 'delivery', row: delivery, set })
  } else {
    const change = { set, body: { service_id: service.id, action: delivery.action, step } }
    const retried = { lifecycle: deliveryLifecycle, row: delivery, name: 'retry', actor, change } as const
    await applyTransition(means, trx, { ...retried, unasked: 'its verb has asked' })
  }
  await enqueueDelivery(means, trx, delivery)
}

/** For acts of staff: their own brand's delivery, still to be done, with no call out at this moment. */
export async function lockOwnWork(means: Means, trx: Trx, id: string, actor: Actor): Promise<Work> {
  const what = 'delivery'
  await findRow<DeliveryRow>(trx, actor, { table: 'deliveries', what, id })
  const work = await lockWork(trx, id)
  if (!work) throw NotFound({ what, id })
  if (isBusy(means, work.delivery)) throw DeliveryBusy({ id })
  return work
}
