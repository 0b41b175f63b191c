import { addColumn, createTable, type Trx } from '../core/db/index.ts'

/** Sums that are rounded to the smallest coin, and how recurring revenue moved from one night to the next. */
export async function up(trx: Trx): Promise<void> {
  // To which multiple the total was rounded; 0: not at all. The total less net and tax is the rounding.
  await addColumn(trx, 'invoices', 'cash_step_minor', 'money = 0')
  await createTable(
    trx,
    'recurring_movements',
    {
      service_id: 'ref services',
      // Counts the movements of the service: two who look at once cannot both write the same one.
      nth: 'int',
      brand_id: 'ref brands',
      client_id: 'ref clients',
      currency: 'text',
      moved_on: 'day',
      // new, reactivation, expansion, contraction or churn.
      kind: 'text',
      // What a month brings more, or less below zero.
      moved_minor: 'money',
    },
    {
      primary: 'service_id, nth',
      index: {
        ix_recurring_movements_client: 'client_id',
        ix_recurring_movements_day: 'brand_id, moved_on',
      },
    },
  )
}
