import { eachByItself } from '../../billing/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { systemActor } from '../../kernel/index.ts'
import { applyTransition, type Means } from '../../records/index.ts'
import { transferLifecycle } from './transfer-lifecycle.ts'
import type { TransferRow } from './transfer-row.ts'

const actor = systemActor('service_transfers')

/** The hourly step: what nobody has answered in its time is over. Answers how many. */
export async function expireTransfers(means: Means): Promise<number> {
  const over = await means.db.all<{ id: string }>(sql`
    select id from service_transfers where status = 'offered' and expires_at <= ${means.business.now()} order by id`)
  const hourly = {
    refusal: 'service_transfer.expire_refused',
    failure: 'service_transfer.expire_failed',
    actor,
  }
  let expired = 0
  for (const { id } of over)
    expired += await eachByItself(means, { ...hourly, ids: [id] }, (trx) => expire(means, trx, id))
  return expired
}

/** One that is answered at this very moment stays answered. */
async function expire(means: Means, trx: Trx, id: string): Promise<number> {
  const row = await trx.get<TransferRow>(
    sql`select * from service_transfers where id = ${id} and status = 'offered'`,
  )
  if (!row) return 0
  const change = { body: { service_id: row.service_id } }
  await applyTransition(means, trx, { lifecycle: transferLifecycle, row, name: 'expire', actor, change })
  return 1
}
