import { sql, type Trx } from '../../db/index.ts'
import { systemActor, type Actor } from '../../kernel/index.ts'
import { applyTransition, type Means } from '../../records/index.ts'
import { isUnderWay, type ActRow } from '../acts/act-row.ts'
import { newPassword } from '../acts/new-password.ts'
import { offers } from '../acts/offered.ts'
import { enterAct, wakeAct } from '../acts/start-act.ts'
import type { ServiceRow } from '../rows.ts'
import { transferLifecycle } from './transfer-lifecycle.ts'
import { lockTransfer, type TransferRow } from './transfer-row.ts'

const system = systemActor('service_transfers')

/** What a provider is told, in this order: whose it is now, and a password that the giver does not know. */
const TOLD = ['change_owner', 'change_password'] as const
type Told = (typeof TOLD)[number]

/**
 * The books say already whose it is. The provider of each service that moved is told by an act, which is tried again as
 * all acts are; where there is nobody to tell, the transfer is done.
 */
export async function tellProvider(means: Means, trx: Trx, transfer: TransferRow): Promise<TransferRow> {
  for (const service of await movedWith(trx, transfer)) {
    const last = await lastTold(trx, transfer, service)
    // What is under way goes on by itself, and what follows it then.
    if (last && isUnderWay(last)) continue
    const next = last?.status === 'failed' ? (last.operation as Told) : nextTold(means, service, last)
    if (next) await tell(means, trx, { transfer, service, operation: next })
  }
  return finishTold(means, trx, transfer)
}

/** An act of a transfer has ended: the next one follows, or the transfer ends with it. */
export async function hearTold(means: Means, trx: Trx, act: ActRow, actor: Actor): Promise<void> {
  const row = await lockTransfer(trx, act.transfer_id!)
  const body = { service_id: act.service_id }
  if (act.status === 'failed') {
    if (row.status !== 'accepted') return
    const change = { set: { problem: act.message }, body, ...(act.message ? { reason: act.message } : {}) }
    await applyTransition(means, trx, { lifecycle: transferLifecycle, row, name: 'fail', actor, change })
    return
  }
  const service = (await movedWith(trx, row)).find(({ id }) => id === act.service_id)
  const next = service && nextTold(means, service, act)
  if (next) await tell(means, trx, { transfer: row, service, operation: next })
  if (row.status === 'accepted') await finishTold(means, trx, row)
}

/** Services of a transfer that are still with its receiver. */
const movedWith = (trx: Trx, { id, to_client_id }: TransferRow): Promise<ServiceRow[]> =>
  trx.all<ServiceRow>(sql`
    select s.* from service_transfer_items i join services s on s.id = i.service_id
    where i.transfer_id = ${id} and s.client_id = ${to_client_id} and s.billing_status <> 'ended' order by s.id`)

const lastTold = (trx: Trx, { id }: TransferRow, service: ServiceRow): Promise<ActRow | undefined> =>
  trx.get<ActRow>(sql`
    select * from service_acts where transfer_id = ${id} and service_id = ${service.id} order by id desc limit 1`)

/** The first that its plugin offers, after the one that is done. */
function nextTold(
  means: Means,
  service: ServiceRow,
  last: Pick<ActRow, 'operation'> | undefined,
): Told | undefined {
  if (service.server_id === null) return undefined
  const told = last ? TOLD.indexOf(last.operation as Told) : -1
  return TOLD.slice(told + 1).find((operation) => offers(means, service, operation))
}

async function tell(
  means: Means,
  trx: Trx,
  { transfer, service, operation }: { transfer: TransferRow; service: ServiceRow; operation: Told },
): Promise<void> {
  const told = operation === 'change_owner' ? await formerOwner(trx, transfer) : { password: newPassword() }
  const act = { service, operation, told, said: { transfer: transfer.id }, transferId: transfer.id }
  const { id } = await enterAct(means, trx, act, system)
  await wakeAct(means, trx, id, 0)
}

async function formerOwner(trx: Trx, { client_id }: TransferRow): Promise<object> {
  const before = await trx.get<{ id: string; email: string }>(
    sql`select id, email from clients where id = ${client_id}`,
  )
  return { before }
}

/** Done once nothing is under way any more for any of its services. */
async function finishTold(means: Means, trx: Trx, row: TransferRow): Promise<TransferRow> {
  const open = await trx.get(sql`
    select id from service_acts where transfer_id = ${row.id} and status in ('open', 'waiting') limit 1`)
  if (open) return row
  const change = { set: { problem: null }, body: { service_id: row.service_id } }
  return applyTransition(means, trx, {
    ...{ lifecycle: transferLifecycle, row, name: 'finish', actor: system, change },
  })
}
