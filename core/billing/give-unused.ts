import type { Queries, Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { returnPart } from './credit/apply-credit.ts'
import { paidByGrants, sumOfParts } from './credit/paid-by-grants.ts'
import type { DraftInvoice } from './draft.ts'
import type { InvoiceRow } from './invoice.ts'
import { issuePlannedNote } from './issue-credit-note.ts'
import { planDocument } from './issue-invoice.ts'
import { lockCharged } from './lock-charged.ts'
import type { PlannedInvoice } from './plan-invoice.ts'

/** What a document would come to. */
export interface DocumentSums {
  subtotalMinor: bigint
  taxMinor: bigint
  totalMinor: bigint
  /** Of what it gives back, above zero: goes back into promotional credit and goodwill. */
  promotionalMinor: bigint
}

export async function sumsOfDocument(
  means: Pick<Means, 'business' | 'hooks' | 'db'>,
  queries: Queries,
  draft: DraftInvoice,
): Promise<DocumentSums> {
  const plan = await planDocument(means, queries, draft)
  const { subtotalMinor, taxMinor, totalMinor } = plan
  const promotionalMinor = sumOfParts(await paidByGrants(queries, plan))
  return { subtotalMinor, taxMinor, totalMinor, promotionalMinor }
}

export interface GivenUnused {
  note: InvoiceRow
  /** Of its value went back into promotional credit and goodwill, and is never paid out. */
  promotionalMinor: bigint
}

/** Gives unused time back by a credit note of its own: as promotional credit what that had paid, the rest as paid credit. */
export async function giveUnused(
  means: Means,
  trx: Trx,
  draft: DraftInvoice,
  actor: Actor,
): Promise<GivenUnused> {
  return giveUnusedOf(means, trx, await planDocument(means, trx, { ...draft, kind: 'credit_note' }), actor)
}

/** The same of a document that is planned. */
export async function giveUnusedOf(
  means: Means,
  trx: Trx,
  plan: PlannedInvoice,
  actor: Actor,
): Promise<GivenUnused> {
  await lockCharged(trx, [...new Set(plan.lines.flatMap(({ sourceId }) => sourceId ?? []))])
  const parts = await paidByGrants(trx, plan)
  const note = await issuePlannedNote(means, trx, plan, actor)
  for (const part of parts) await returnPart(means, trx, part)
  return { note, promotionalMinor: sumOfParts(parts) }
}
