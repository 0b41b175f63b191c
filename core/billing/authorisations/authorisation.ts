import { forUpdate, sql, type Queries, type Trx } from '../../db/index.ts'
import type { Instant } from '../../kernel/index.ts'
import { readSetting, type StatefulRow } from '../../records/index.ts'
import { RETRY_SCOPES } from '../dunning/retry-plan.ts'
import { captureMode } from '../settings.ts'

export type CaptureMode = 'on_acceptance' | 'on_delivery' | 'by_hand'

export interface AuthorisationRow extends StatefulRow {
  brand_id: string
  client_id: string
  payment_id: string
  invoice_id: string
  status: 'held' | 'capturing' | 'captured' | 'releasing' | 'released' | 'lapsed'
  mode: CaptureMode
  currency: string
  amount_minor: bigint
  taken_minor: bigint
  expires_at: Instant
  asked_at: Instant | null
  problem: string | null
  created_at: Instant
  updated_at: Instant
}

export const findAuthorisation = (
  queries: Queries,
  paymentId: string,
): Promise<AuthorisationRow | undefined> =>
  queries.get<AuthorisationRow>(sql`select * from authorisations where payment_id = ${paymentId}`)

export const lockAuthorisation = (trx: Trx, paymentId: string): Promise<AuthorisationRow | undefined> =>
  trx.get<AuthorisationRow>(
    sql`select * from authorisations where payment_id = ${paymentId} ${forUpdate(trx.dialect)}`,
  )

/** The job that carries out what was decided about reserved money. */
export const authorisationJob = (paymentId: string, cause: string) => ({
  task: 'billing.authorisation',
  payload: { payment_id: paymentId },
  key: `authorisation/${paymentId}/${cause}`,
})

/**
 * When the money for a document is to be taken; null: at once. Only what an order charges is reserved, by the setting of
 * the product of its first line that has one.
 */
export async function captureModeOf(
  queries: Queries,
  invoice: { id: string; brand_id: string; origin: string },
): Promise<CaptureMode | null> {
  if (invoice.origin !== 'order') return null
  const goods = await queries.get<{ product: string | null; group_id: string | null }>(
    sql`select ${RETRY_SCOPES.product} as product, ${RETRY_SCOPES.group} as group_id from invoices i where i.id = ${invoice.id}`,
  )
  const mode = await readSetting(queries, captureMode, {
    ...{ brand: invoice.brand_id, product: goods?.product ?? null, group: goods?.group_id ?? null },
  })
  return mode === 'at_once' ? null : mode
}
