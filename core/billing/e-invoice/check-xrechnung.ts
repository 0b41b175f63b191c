import { isIban } from '../iban.ts'
import { checkEInvoice } from './check.ts'
import type { EInvoice, Finding } from './model.ts'

/** What Germany asks for beyond EN 16931, each rule under its published name. */
export function checkXRechnung(invoice: EInvoice): Finding[] {
  const { seller, buyer, contact, iban, buyerReference, breakdown } = invoice
  const asked: readonly [holds: boolean, rule: string, field: string, problem: string][] = [
    [iban !== null, 'BR-DE-1', 'seller.iban', 'is needed: how to pay must be said'],
    [seller.city !== '', 'BR-DE-3', 'seller.city', 'is missing'],
    [seller.postcode !== '', 'BR-DE-4', 'seller.postcode', 'is missing'],
    [contact.name !== '', 'BR-DE-5', 'seller.contact', 'is missing'],
    [contact.phone !== '', 'BR-DE-6', 'seller.phone', 'is missing'],
    [contact.email !== '', 'BR-DE-7', 'seller.email', 'is missing'],
    [buyer.city !== '', 'BR-DE-8', 'buyer.city', 'is missing'],
    [buyer.postcode !== '', 'BR-DE-9', 'buyer.postcode', 'is missing'],
    [!breakdown.some(({ category }) => category === 'O'), 'BR-DE-14', 'tax', 'must have a rate'],
    [buyerReference !== null, 'BR-DE-15', 'buyer.reference', 'is missing, such as the Leitweg-ID'],
    [iban === null || isIban(iban), 'BR-DE-19', 'seller.iban', 'is no IBAN'],
    [
      contact.phone === '' || digits(contact.phone) >= 3,
      'BR-DE-27',
      'seller.phone',
      'needs at least three digits',
    ],
    [
      buyer.electronicAddress !== null,
      'PEPPOL-EN16931-R010',
      'buyer.electronic_address',
      'is missing, such as 0204 and the Leitweg-ID',
    ],
    [
      seller.electronicAddress !== null,
      'PEPPOL-EN16931-R020',
      'seller.electronic_address',
      'is missing, such as 9930 and the tax id',
    ],
  ]
  const broken = asked.flatMap(([holds, rule, field, problem]) => (holds ? [] : [{ rule, field, problem }]))
  return [...checkEInvoice(invoice), ...broken]
}

const digits = (text: string): number => text.replaceAll(/\D/g, '').length
