import { timesPpm } from '../../../sdk/index.ts'
import type { Queries } from '../../db/index.ts'
import { readSetting } from '../../records/index.ts'
import type { InvoiceRow } from '../invoice.ts'
import { instalmentOffer } from '../settings.ts'
import { sumIn, type Sums } from '../sums.ts'

export interface InstalmentOffer {
  minimum: Sums
  parts: number
  every: string
  fee_percent: string
  tax_class: string
}

type Offered = Pick<
  InvoiceRow,
  'brand_id' | 'client_id' | 'currency' | 'kind' | 'status' | 'proforma' | 'owed_on' | 'in_collections_at'
>

/** The plan that a client may take for a document by itself; null when there is none. One was enough: it is offered once. */
export async function offerFor(
  queries: Queries,
  { invoice, openMinor }: { invoice: Offered; openMinor: bigint },
): Promise<InstalmentOffer | null> {
  if (invoice.kind !== 'invoice' || invoice.status !== 'issued' || invoice.proforma === 1) return null
  if (invoice.owed_on !== null || invoice.in_collections_at !== null) return null
  const { brand_id: brand, client_id: client, currency } = invoice
  const offer = await readSetting(queries, instalmentOffer, { brand, client })
  const minimum = sumIn(offer.minimum, currency)
  return minimum !== null && openMinor >= minimum ? offer : null
}

/** Before tax as the brand states its prices, half up. */
export const feeOfOffer = ({ fee_percent }: InstalmentOffer, openMinor: bigint): bigint =>
  timesPpm(openMinor, Math.round(Number(fee_percent.replace(',', '.') || '0') * 10_000))
