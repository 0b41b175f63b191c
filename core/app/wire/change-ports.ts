import { issueCreditNote, issueInvoice, voidIssued } from '../../billing/index.ts'
import type { ChangePorts } from '../../services/index.ts'
import { priceOffer } from './price-offer.ts'

/** What a change of a running service asks of billing; the price comes from the catalogue. */
export const changeBilling: Omit<ChangePorts, 'price'> = {
  issueInvoice: async (means, trx, draft, actor) => {
    const { id, number, total_minor } = await issueInvoice(means, trx, draft, actor)
    return { id, number, totalMinor: total_minor }
  },
  voidInvoice: (means, trx, invoiceId, actor) =>
    voidIssued(means, trx, { invoiceId, reason: 'The change was cancelled or replaced' }, actor),
  giveCredit: issueCreditNote,
}

export const changePorts: ChangePorts = { ...changeBilling, price: priceOffer }
