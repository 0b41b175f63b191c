import { createTable, type Trx } from '../core/db/index.ts'

/** How often plugins were refused what they asked for in this hour; what is over goes into the audit log. */
export async function up(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'plugin_refusals',
    // An instance may be removed within the hour.
    { instance_id: 'text', rule: 'text', hour: 'instant', asks: 'int', reason: 'text' },
    { primary: 'instance_id, rule, hour' },
  )
}
