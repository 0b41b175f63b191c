import { sql, type Trx } from '../../db/index.ts'
import type { Means } from '../../records/index.ts'
import { accessPlace } from '../finish-delivery.ts'

/** Of the row that is ours; no label of a plugin's own, so that it is known again. */
const OURS = 'New password'

/** A label that says no more: the secret of a database, a key or a token is another thing. */
const PASSWORD = /^(password|passwort|kennwort)$/i

/**
 * The new password in the place of the one that was known, or in a row of our own behind all else. The plugin said no
 * better, and no other secret is lost to it.
 */
export async function keepPassword(
  means: Means,
  trx: Trx,
  serviceId: string,
  password: string,
): Promise<void> {
  const rows = await trx.all<KeptRow>(
    sql`select position, label, kind from service_access where service_id = ${serviceId} order by position`,
  )
  const position = placeAmong(rows)?.position ?? (rows.at(-1)?.position ?? -1) + 1
  const sealed = means.keys.seal(password, accessPlace(serviceId, position))
  const now = means.business.now()
  await trx.run(sql`
    insert into service_access (service_id, position, label, kind, value, sealed, shown_at, updated_at)
    values (${serviceId}, ${position}, ${OURS}, 'secret', ${null}, ${sealed}, ${null}, ${now})
    on conflict (service_id, position) do update set sealed = excluded.sealed, shown_at = null, updated_at = excluded.updated_at`)
}

interface KeptRow {
  position: number
  label: string
  kind: string
}

/** Of two passwords nobody can say which one was changed. */
function placeAmong(rows: readonly KeptRow[]): KeptRow | undefined {
  const secrets = rows.filter(({ kind }) => kind === 'secret')
  const named = secrets.filter(({ label }) => PASSWORD.test(label.trim()))
  return secrets.find(({ label }) => label === OURS) ?? (named.length === 1 ? named[0] : undefined)
}
