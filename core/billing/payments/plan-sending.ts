import type { Queries } from '../../db/index.ts'
import type { PaymentRow } from './payment.ts'
import { refundable, surplusOf } from './refundable.ts'

/** A payment that a gateway can send something of back. */
export interface Sendable {
  payment: PaymentRow
  /** The document is the only one that it was for. */
  isAlone: boolean
  /** What can still go back of what it brought the document, and of what nobody took of it. */
  openMinor: bigint
  /** What nobody took of it. */
  surplusMinor: bigint
}

/** What of the payments of a document gateways can still send back. */
export async function sendableOf(
  queries: Queries,
  payments: readonly PaymentRow[],
  documentId: string,
): Promise<Sendable[]> {
  const sendable: Sendable[] = []
  for (const payment of payments) {
    const openMinor = await refundable(queries, payment, documentId)
    if (openMinor <= 0n || !payment.instance_id) continue
    const isAlone = payment.invoice_id === documentId
    const surplusMinor = isAlone ? await surplusOf(queries, payment) : 0n
    sendable.push({ payment, isAlone, openMinor, surplusMinor })
  }
  return sendable
}

/** What goes back of a payment, and how much of that nobody had taken. */
export interface Sent {
  amountMinor: bigint
  surplusMinor: bigint
}

/**
 * Pure: what goes back of each payment when a document was given back. No more than that was worth in money and what was
 * paid too much besides, as far as the client still holds it: other credit stays where it is.
 */
export function planSending(
  payments: readonly Pick<Sendable, 'openMinor' | 'surplusMinor'>[],
  { backMinor, heldMinor }: { backMinor: bigint; heldMinor: bigint },
): Sent[] {
  let back = least(backMinor, heldMinor)
  let spare = heldMinor - back
  return payments.map(({ openMinor, surplusMinor: surplus }) => {
    const surplusMinor = least(surplus, openMinor, spare)
    const ofBack = least(back, openMinor - surplusMinor)
    spare -= surplusMinor
    back -= ofBack
    return { amountMinor: surplusMinor + ofBack, surplusMinor }
  })
}

/** Never below nothing. */
const least = (...minors: readonly bigint[]): bigint => {
  const minor = minors.reduce((a, b) => (a < b ? a : b))
  return minor > 0n ? minor : 0n
}
