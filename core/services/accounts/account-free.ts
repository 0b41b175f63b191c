import { forUpdate, sql, type Trx } from '../../db/index.ts'
import { AccountTaken } from '../errors.ts'

export interface Taking {
  serverId: string
  remoteId: string
  serviceId: string
}

/**
 * Refuses an account that another service has. The server's row stays locked until the transaction ends, so that of two
 * services that take one account at once, one gets it.
 */
export async function demandFree(trx: Trx, { serverId, remoteId, serviceId }: Taking): Promise<void> {
  await trx.get(sql`select id from servers where id = ${serverId} ${forUpdate(trx.dialect)}`)
  const other = await trx.get<{ id: string }>(sql`
    select id from services where server_id = ${serverId} and remote_id = ${remoteId} and id <> ${serviceId}
      and delivery_status <> 'gone' limit 1`)
  if (other) throw AccountTaken({ remote_id: remoteId, service: other.id })
}
