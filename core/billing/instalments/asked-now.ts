import type { Queries } from '../../db/index.ts'
import type { Means } from '../../records/index.ts'
import { todayOf } from '../open-amount.ts'
import { askedOfParts, findInstalments } from './instalment-plan.ts'

interface Asked {
  id: string
  brand_id: string
  owed_on: string | null
  total_minor: bigint
}

/**
 * What of a document's open sum is asked for now: all of it, or by its plan the parts that are due, else the next one.
 */
export async function askedNow(
  means: Pick<Means, 'business'>,
  queries: Queries,
  { invoice, openMinor }: { invoice: Asked; openMinor: bigint },
): Promise<bigint> {
  if (invoice.owed_on === null || openMinor <= 0n) return openMinor
  const found = await findInstalments(queries, invoice.id)
  if (found?.plan.status !== 'active') return openMinor
  const today = await todayOf(means, queries, invoice.brand_id)
  return askedOfParts(found.parts, { allocatedMinor: invoice.total_minor - openMinor, today })
}
