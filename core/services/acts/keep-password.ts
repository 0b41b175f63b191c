import { sql, type Trx } from '../../db/index.ts'
import type { Means } from '../../records/index.ts'
import { accessPlace } from '../finish-delivery.ts'

/** The new password in the place of the only one that was known, or behind all else. The plugin said no better. */
export async function keepPassword(
  means: Means,
  trx: Trx,
  serviceId: string,
  password: string,
): Promise<void> {
  const rows = await trx.all<{ position: number; kind: string }>(
    sql`select position, kind from service_access where service_id = ${serviceId} order by position`,
  )
  const secrets = rows.filter(({ kind }) => kind === 'secret')
  const position = secrets.length === 1 ? secrets[0]!.position : (rows.at(-1)?.position ?? -1) + 1
  const sealed = means.keys.seal(password, accessPlace(serviceId, position))
  const now = means.business.now()
  await trx.run(sql`
    insert into service_access (service_id, position, label, kind, value, sealed, shown_at, updated_at)
    values (${serviceId}, ${position}, 'Password', 'secret', ${null}, ${sealed}, ${null}, ${now})
    on conflict (service_id, position) do update set sealed = excluded.sealed, shown_at = null, updated_at = excluded.updated_at`)
}
