import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { recordEvent } from '../../events/index.ts'
import { defineVerb, demandCheck, findRow, updateVersioned, type Means } from '../../records/index.ts'
import { BillableOver } from '../errors.ts'
import type { BillableItem } from './billable.ts'

/** Ends what would be charged further. What was charged stays. */
export const stopBillable = defineVerb(
  {
    permission: 'billable_item.stop',
    asks: ['billable_item.stop:check'],
    audience: ['staff'],
    input: Type.Object({ item_id: Type.String(), reason: Type.String({ minLength: 1, maxLength: 500 }) }),
  },
  (means: Means, { item_id, reason }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findRow<BillableItem>(trx, actor, {
        ...{ table: 'billable_items', what: 'billable item', id: item_id },
      })
      if (row.status !== 'active') throw BillableOver({ name: row.name, status: row.status })
      const act = { noun: 'billable_item', transition: 'stop', from: row.status, to: 'stopped' }
      demandCheck(means, trx, actor, { ...act, row, reason, facts: { name: row.name, done: row.done } })
      const set = { status: 'stopped', next_on: null }
      const state = { column: 'status', value: 'active' }
      await updateVersioned(means, trx, { table: 'billable_items', what: 'billable item', row, set, state })
      const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
      const before = { status: row.status, next_on: row.next_on, done: row.done }
      await recordAudit(means, trx, actor, [
        { ...scope, action: 'billable_item.stop', before, after: set, reason },
      ])
      const body = { id: row.id, name: row.name, done: row.done }
      await recordEvent(means, trx, actor, { ...scope, type: 'billable_item.stopped', body })
    }),
)
