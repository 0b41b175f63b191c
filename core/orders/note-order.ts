import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { defineVerb, findRow, updateVersioned, type Means } from '../records/index.ts'
import { OrderHasNote } from './errors.ts'
import type { OrderRow } from './rows.ts'

/** Writes the staff's note on an order, or takes it away. A plugin writes over nobody's. */
export const noteOrder = defineVerb(
  {
    permission: 'order.note',
    asksNobody: 'a note is words for staff',
    audience: ['staff', 'plugin'],
    input: Type.Object(
      {
        order_id: Type.String({ maxLength: 64 }),
        note: Type.Union([Type.String({ minLength: 1, maxLength: 2_000 }), Type.Null()]),
      },
      { additionalProperties: false },
    ),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const row = await findRow<OrderRow>(trx, actor, { table: 'orders', what: 'order', id: input.order_id })
      if (actor.kind === 'plugin' && row.note !== null) throw OrderHasNote({ number: row.number })
      await updateVersioned(means, trx, { table: 'orders', what: 'order', row, set: { note: input.note } })
      const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
      await recordAudit(means, trx, actor, [
        { ...scope, action: 'order.note', before: { note: row.note }, after: { note: input.note } },
      ])
    }),
)
