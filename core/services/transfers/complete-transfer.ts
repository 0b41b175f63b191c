import { ClientNotActive, type Client } from '../../clients/index.ts'
import type { Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { applyTransition } from '../../records/index.ts'
import { forUpdate, lockService } from '../load.ts'
import { mailClient, servicePath } from '../mails.ts'
import type { ChangeMeans } from '../ports.ts'
import type { ServiceRow } from '../rows.ts'
import { demandUnits } from '../units-limit.ts'
import { TransferBrand, TransferChanged, TransferCurrency, TransferOver, TransferToItself } from './errors.ts'
import { familyOf } from './family.ts'
import { moveBooks } from './move-books.ts'
import { demandFree } from './obstacles.ts'
import { tellProvider } from './tell-provider.ts'
import { transferLifecycle } from './transfer-lifecycle.ts'
import { fingerprintOf, pricesFor } from './transfer-prices.ts'
import type { TransferRow } from './transfer-row.ts'

/**
 * Makes a service the receiver's, with all that belongs to it; the provider hears of it afterwards.
 * @param seen the fingerprint of what the receiver was shown; absent where staff say it
 */
export async function completeTransfer(
  means: ChangeMeans,
  trx: Trx,
  { transfer, receiver, seen }: { transfer: TransferRow; receiver: Client; seen?: string },
  actor: Actor,
): Promise<TransferRow> {
  const whole = await lockService(trx, transfer.service_id)
  if (whole.client_id !== transfer.client_id) throw TransferOver({ id: transfer.id })
  demandReceiver(whole, receiver)
  const family = await familyOf(trx, whole, forUpdate(trx))
  await demandFree(means, trx, family)
  const wanted = family.map(({ product_id: productId, quantity: units }) => ({ productId, units }))
  await demandUnits(trx, receiver, summed(wanted))
  const taken = await pricesFor(means, trx, { family, receiver, prices: transfer.prices })
  if (seen !== undefined && seen !== fingerprintOf(taken)) throw TransferChanged({ id: transfer.id })
  const accepted = await applyTransition(means, trx, {
    ...{ lifecycle: transferLifecycle, row: transfer, name: 'accept', actor },
    change: {
      set: { to_client_id: receiver.id, answered_at: means.business.now() },
      body: bodyOf(family, receiver),
      ...(transfer.reason === null ? {} : { reason: transfer.reason }),
    },
  })
  await moveBooks(means, trx, { transfer: accepted, receiver, taken }, actor)
  await tellBoth(means, trx, { transfer: accepted, whole })
  return tellProvider(means, trx, accepted)
}

const bodyOf = (family: readonly ServiceRow[], receiver: Pick<Client, 'id'>) => ({
  ...{ service_id: family[0]!.id, service_ids: family.map(({ id }) => id), to_client_id: receiver.id },
})

/** Who may receive it at all: an active client of its brand, that pays in its currency and has it not already. */
export function demandReceiver(
  service: Pick<ServiceRow, 'client_id' | 'brand_id' | 'currency'>,
  { id, brand_id, status, currency }: Pick<Client, 'id' | 'brand_id' | 'status' | 'currency'>,
): void {
  if (brand_id !== service.brand_id) throw TransferBrand({})
  if (id === service.client_id) throw TransferToItself({})
  if (status !== 'active') throw ClientNotActive({})
  if (currency !== service.currency) throw TransferCurrency({ currency, expected: service.currency })
}

function summed(wanted: readonly { productId: string; units: number }[]) {
  const units = new Map<string, number>()
  for (const one of wanted) units.set(one.productId, (units.get(one.productId) ?? 0) + one.units)
  return [...units].map(([productId, of]) => ({ productId, units: of }))
}

async function tellBoth(
  means: ChangeMeans,
  trx: Trx,
  { transfer, whole }: { transfer: TransferRow; whole: ServiceRow },
): Promise<void> {
  const occasion = transfer.id
  await mailClient(means, trx, whole, { template: 'service-passed-on', link: '/portal/services', occasion })
  const received = { ...whole, client_id: transfer.to_client_id! }
  await mailClient(means, trx, received, {
    ...{ template: 'service-received', link: servicePath(whole), occasion },
    data: { next_on: whole.next_period_on },
  })
}
