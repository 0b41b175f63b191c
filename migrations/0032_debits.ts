import { addColumn, execute, type Trx } from '../core/db/index.ts'

/** Money that takes days to come, from accounts whose holders gave leave to debit them. */
export async function up(trx: Trx): Promise<void> {
  await addColumn(trx, 'payment_methods', 'mandate', 'text?')
  // When staff took it over from another system; null for one that its holder saved here.
  await addColumn(trx, 'payment_methods', 'taken_over_at', 'instant?')
  // Since when the money is under way.
  await addColumn(trx, 'payments', 'pending_since', 'instant?')
  // The day on which the bank refused what had been under way: the next try counts from it.
  await addColumn(trx, 'payments', 'returned_on', 'day?')
  await execute(
    trx,
    'create index ix_payments_returned on payments (returned_on) where returned_on is not null',
  )
}
