import { addColumn, createTable, type Trx } from '../core/db/index.ts'

/** Acts on a service that exists, as its client or staff asked for them. */
export async function up(trx: Trx): Promise<void> {
  await addColumn(trx, 'deliveries', 'reason', 'text?')
  await createTable(
    trx,
    'service_acts',
    {
      id: 'text',
      brand_id: 'text',
      client_id: 'text',
      service_id: 'ref services',
      server_id: 'text',
      name: 'text',
      // What the button said: of a plugin's own button nobody else knows it.
      label: 'text?',
      operation: 'text',
      // Values of the form, sealed: a password may be among them. Gone with the end of the act.
      sealed: 'text?',
      status: 'text',
      step: 'text',
      reference: 'text?',
      attempts: 'int = 0',
      polls: 'int = 0',
      message: 'text?',
      actor_kind: 'text',
      actor_id: 'text',
      busy_until: 'instant?',
      give_up_at: 'instant',
      ended_at: 'instant?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      index: { ix_service_acts_service: 'service_id, id' },
      // A thing is not reinstalled while it is restored: one act at a time.
      uniqueWhere: { uq_service_acts_open: "service_id where status in ('open', 'waiting')" },
    },
  )
}
