import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { defineVerb, updateVersioned, type Means } from '../records/index.ts'
import { lockOwnService } from './load.ts'

/** The client's own name for a service, and whether its renewals are charged by themselves. */
export const editService = defineVerb(
  {
    permission: 'service.edit',
    asksNobody: 'it is a name, and whether renewals are charged by themselves; each charge is asked about',
    audience: ['client', 'staff', 'plugin'],
    input: Type.Object({
      service_id: Type.String(),
      label: Type.Optional(Type.String({ minLength: 1, maxLength: 190 })),
      auto_charge: Type.Optional(Type.Boolean()),
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const row = await lockOwnService(trx, actor, { id: input.service_id, right: 'service.edit' })
      const set = {
        label: input.label ?? row.label,
        auto_charge: input.auto_charge === undefined ? row.auto_charge : Number(input.auto_charge),
      }
      await updateVersioned(means, trx, { table: 'services', what: 'service', row, set })
      const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
      const before = { label: row.label, auto_charge: row.auto_charge }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'service.edit', before, after: set }])
    }),
)
