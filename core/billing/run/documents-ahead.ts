import { addDays, type IsoDate } from '../../kernel/index.ts'
import type { PlannedInvoice } from '../plan-invoice.ts'
import type { DocumentAhead } from './world-ahead.ts'

/** What clients hold and new documents take by themselves: minor units by client and currency. */
export type CreditAhead = ReadonlyMap<string, bigint>

export const creditKey = (clientId: string, currency: string): string => `${clientId} ${currency}`

/** Pure: what will be open of documents that runs issue, in their order, as far as credit does not cover them. */
export function documentsAhead(invoices: readonly PlannedInvoice[], credit: CreditAhead): DocumentAhead[] {
  const left = new Map(credit)
  const inOrder = invoices.toSorted((a, b) =>
    a.issuedOn < b.issuedOn ? -1 : a.issuedOn > b.issuedOn ? 1 : 0,
  )
  return inOrder.flatMap((invoice, i) => {
    const { clientId, currency } = invoice.draft
    const heldMinor = left.get(creditKey(clientId, currency)) ?? 0n
    const usedMinor = heldMinor < invoice.totalMinor ? heldMinor : invoice.totalMinor
    if (usedMinor > 0n) left.set(creditKey(clientId, currency), heldMinor - usedMinor)
    const openMinor = invoice.totalMinor - usedMinor
    return openMinor > 0n
      ? [documentOf(invoice, { id: `ahead_${i}`, openMinor, knownOn: invoice.issuedOn })]
      : []
  })
}

/** Fees are charged when the reminders of their day are sent: they are asked for from the next day on. */
export const feesAhead = (fees: readonly PlannedInvoice[]): DocumentAhead[] =>
  fees.map((fee) =>
    documentOf(fee, { id: fee.draft.id!, openMinor: fee.totalMinor, knownOn: addDays(fee.issuedOn, 1) }),
  )

function documentOf(
  { draft, lines, proforma }: PlannedInvoice,
  of: { id: string; openMinor: bigint; knownOn: IsoDate },
): DocumentAhead {
  const sources = lines.flatMap(({ sourceId }) => sourceId ?? [])
  return {
    id: of.id,
    ...{ client_id: draft.clientId, brand_id: draft.brandId, currency: draft.currency, origin: draft.origin },
    ...{ proforma: proforma ? 1 : 0, due_on: draft.dueOn, total_minor: of.openMinor },
    ...{ source_ids: [...new Set(sources)], known_on: of.knownOn },
  }
}
