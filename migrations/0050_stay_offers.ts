import { addColumn, createTable, type Trx } from '../core/db/index.ts'

/** Why services are cancelled, as each shop asks, and what it offers to whoever gives a reason. */
export async function up(trx: Trx): Promise<void> {
  const offer = {
    /** discount, cheaper, pause or talk */
    ...{ offer: 'text?', offer_text: 'text?' },
    /** Of a discount: what is taken off each of so many periods, under which name on invoices. */
    ...{ percent_ppm: 'int?', amount_minor: 'money?', currency: 'text?', renewals: 'int?', label: 'text?' },
  }
  const stamps = { version: 'int', created_at: 'instant', updated_at: 'instant' }
  await createTable(
    trx,
    'cancel_reasons',
    {
      ...{ id: 'text', brand_id: 'ref brands', product_ids: 'json', position: 'int', name: 'text' },
      ...{ asks_note: 'flag', ...offer, retired_at: 'instant?', ...stamps },
    },
    { index: { ix_cancel_reasons_brand: 'brand_id, position' } },
  )
  await createTable(
    trx,
    'stay_offers',
    {
      ...{ id: 'text', brand_id: 'text', client_id: 'text', service_id: 'ref services' },
      ...{ reason_id: 'ref cancel_reasons', wanted_at: 'text', note: 'text?', ...offer },
      ...{ status: 'text', discount_id: 'text?', answered_at: 'instant?', ...stamps },
    },
    {
      index: { ix_stay_offers_service: 'service_id, created_at', ix_stay_offers_reason: 'reason_id' },
      uniqueWhere: { uq_stay_offers_open: "service_id where status = 'offered'" },
    },
  )
  await addColumn(trx, 'cancellations', 'reason_id', 'text?')
}
