import { recordAudit } from '../../audit/index.ts'
import type { Client, Membership } from '../../clients/index.ts'
import { list, sql, type SqlValue, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { updateVersioned, type Means } from '../../records/index.ts'
import { optionRows } from '../create-services.ts'
import { lockService } from '../load.ts'
import type { Offer } from '../ports.ts'
import { declineOpenOffer } from '../retention/index.ts'
import { endDiscounts } from '../service-discounts.ts'
import type { TransferItemRow, TransferRow } from './transfer-row.ts'
import type { Taken } from './transfer-prices.ts'

export interface Move {
  transfer: TransferRow
  receiver: Pick<Client, 'id' | 'brand_id'>
  taken: readonly Taken[]
}

/** Puts services into the books of their receiver: what is paid stays with them, and nothing that was the giver's alone goes along. */
export async function moveBooks(means: Means, trx: Trx, move: Move, actor: Actor): Promise<void> {
  const { transfer, taken } = move
  const ids = taken.map(({ service }) => service.id)
  for (const { service } of taken) await declineOpenOffer(means, trx, service.id, actor)
  await trx.insert('service_transfer_items', taken.map(itemOf(transfer)))
  for (const one of taken) await moveService(means, trx, { ...move, one }, actor)
  await endDiscounts(means, trx, ids)
  await trx.run(sql`
    update service_repricings set status = 'cancelled', version = version + 1
    where service_id in (${list(ids)}) and status in ('planned', 'announced')`)
  await trx.run(sql`delete from service_access where kind = 'secret' and service_id in (${list(ids)})`)
  await endRights(means, trx, ids, actor)
}

const itemOf =
  ({ id }: TransferRow) =>
  ({ service, recurringMinor }: Taken): TransferItemRow => ({
    ...{ transfer_id: id, service_id: service.id, charged_through: service.charged_through },
    ...{ before_minor: service.recurring_minor, after_minor: recurringMinor },
  })

/** What was agreed with the giver, or chosen by it. */
const OF_THE_GIVER: Record<string, SqlValue> = {
  ...{ coupon_id: null, coupon_cycles_left: null, method_id: null, auto_charge: 1 },
  ...{ suspend_after: null, grace_days: null, terminate_days: null },
}

async function moveService(
  means: Means,
  trx: Trx,
  { transfer, receiver, one: { service, offer } }: Move & { one: Taken },
  actor: Actor,
): Promise<void> {
  const row = await lockService(trx, service.id)
  const set = { client_id: receiver.id, ...OF_THE_GIVER, ...(offer ? pricedBy(offer) : {}) }
  await updateVersioned(means, trx, { table: 'services', what: 'service', row, set })
  if (offer) await priceOptions(trx, row.id, offer)
  const before = { client_id: row.client_id, recurring_minor: row.recurring_minor }
  const after = { client_id: receiver.id, transfer: transfer.id, recurring_minor: offer?.recurringMinor }
  // Either side finds it in its own history.
  for (const clientId of [row.client_id, receiver.id])
    await recordAudit(means, trx, actor, [
      { action: 'service.pass_on', subject: row.id, brandId: row.brand_id, clientId, before, after },
    ])
}

const pricedBy = ({ priceId, amountMinor, recurringMinor, taxClass }: Offer): Record<string, SqlValue> => ({
  ...{ price_id: priceId, amount_minor: amountMinor, recurring_minor: recurringMinor, tax_class: taxClass },
})

/** The choices stay what they are at the provider; only what they cost is the receiver's. */
async function priceOptions(trx: Trx, serviceId: string, { options }: Offer): Promise<void> {
  for (const { option_id, amount_minor, price_id, pricing } of optionRows(serviceId, options))
    await trx.run(sql`
      update service_options set amount_minor = ${amount_minor}, price_id = ${price_id}, pricing = ${pricing}
      where service_id = ${serviceId} and option_id = ${option_id}`)
}

/** Who had a right on one of the services alone, or was offered one, had it from the giver. */
async function endRights(means: Means, trx: Trx, ids: readonly string[], actor: Actor): Promise<void> {
  const rows = await trx.all<Membership>(
    sql`select * from memberships where service_id in (${list(ids)}) order by id`,
  )
  for (const row of rows) {
    await trx.run(sql`delete from memberships where id = ${row.id}`)
    const rights = { action: 'membership.delete', subject: row.id, clientId: row.client_id, before: row }
    await recordAudit(means, trx, actor, [rights])
  }
  await trx.run(sql`delete from membership_invites where service_id in (${list(ids)})`)
}
