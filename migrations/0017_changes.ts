import { addColumn, execute, type Trx } from '../core/db/index.ts'

/** Charged time beside the periods of the anchor, pauses, hours that were used, and where unused value went. */
export async function up(trx: Trx): Promise<void> {
  // Charged time that the periods of the anchor do not count: stubs, what a pause or a moved renewal left over.
  await addColumn(trx, 'services', 'spans', 'json?')
  await addColumn(trx, 'services', 'paused_on', 'day?')
  // Up to when the hours of a service that is charged by the hour are on a document.
  await addColumn(trx, 'services', 'metered_until', 'instant?')
  await addColumn(trx, 'services', 'metered_end', 'instant?')
  await execute(
    trx,
    'create index ix_services_metered on services (client_id, next_period_on) where metered_until is not null',
  )
  await addColumn(trx, 'cancellations', 'credit_note_id', 'text?')
  await addColumn(trx, 'cancellations', 'returned_minor', 'money = 0')
}
