import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql } from '../db/index.ts'
import { NotFound } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { accessPlace } from './finish-delivery.ts'
import { findService } from './load.ts'

/** Shows one secret of the access details, once for this ask, and writes down who saw it. */
export const revealAccess = defineVerb(
  {
    permission: 'service.reveal_access',
    asksNobody: 'it shows what is known, and notes that it did',
    audience: ['client', 'staff'],
    input: Type.Object({ service_id: Type.String(), position: Type.Integer({ minimum: 0 }) }),
  },
  (means: Means, input, actor): Promise<{ label: string; value: string }> =>
    means.db.transaction(async (trx) => {
      const { service_id: id, position } = input
      const service = await findService(trx, actor, { id, right: 'service.reveal_access' })
      const row = await trx.get<{ label: string; value: string | null; sealed: string | null }>(
        sql`select label, value, sealed from service_access where service_id = ${id} and position = ${position}`,
      )
      if (!row) throw NotFound({ what: 'access detail', id: `${id}/${position}` })
      const now = means.business.now()
      await trx.run(
        sql`update service_access set shown_at = ${now} where service_id = ${id} and position = ${position}`,
      )
      const scope = { subject: id, brandId: service.brand_id, clientId: service.client_id }
      await recordAudit(means, trx, actor, [
        { ...scope, action: 'service.reveal_access', after: { position, label: row.label } },
      ])
      const value =
        row.sealed === null ? (row.value ?? '') : means.keys.open(row.sealed, accessPlace(id, position))
      return { label: row.label, value }
    }),
)
