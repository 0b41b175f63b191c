import { defineError } from '../kernel/index.ts'

export const InvoiceGivenBack = defineError(
  'invoice.given_back',
  409,
  (p: { number: string }) =>
    `What invoice ${p.number} asks for was given back as credit by a change of the service, so it is owed. Declared void, it would be given back twice; take that credit for it, or write it off.`,
)
export const InvoiceHasPayments = defineError(
  'invoice.has_payments',
  409,
  (p: { number: string }) =>
    `Invoice ${p.number} has payments. Refund them or issue a credit note; a paid document is not voided.`,
)
export const CreditExceedsInvoice = defineError(
  'credit_note.exceeds_invoice',
  422,
  (p: { number: string; left: string }) =>
    `Invoice ${p.number} can be credited by ${p.left} at most: the rest is credited already.`,
)
export const LineGivenBack = defineError(
  'credit_note.given_back',
  409,
  (p: { number: string; invoice_id: string; position: number; given: string; left: string }) =>
    `Of line ${p.position} of invoice ${p.number} a change or cancellation of the service has given ${p.given} back already; ${p.left} of it can still be credited. What is meant as goodwill is granted to the client as credit.`,
  'lines',
)
export const NotCreditable = defineError(
  'credit_note.not_creditable',
  409,
  (p: { number: string; status: string }) =>
    `Document ${p.number} is ${p.status}; only an issued or paid invoice can be credited.`,
)
export const NotCollectable = defineError(
  'invoice.not_collectable',
  409,
  (p: { number: string; status: string; there: boolean }) =>
    `Invoice ${p.number} is ${p.status}${p.there ? ' and in collections' : ''}; an unpaid invoice can be sent there, and one that is there taken back.`,
)
export const SeriesInUse = defineError(
  'number_series.in_use',
  409,
  (p: { year: number; next: number }) =>
    `Documents of ${p.year} have numbers of this series already, the next is ${p.next}. It can look different from the next year on.`,
)
export const SeriesHeadTaken = defineError(
  'number_series.head_taken',
  409,
  (p: { head: string; kind: string; year: number }) =>
    `Numbers that begin with "${p.head}" could meet those of the series ${p.kind} ${p.year} of the same seller. Choose another beginning.`,
)
export const CreditSpent = defineError(
  'credit.spent',
  409,
  (p: { id: string }) => `Nothing is left of the credit ${p.id}; what was used cannot be taken back.`,
)
export const StillProforma = defineError(
  'invoice.is_proforma',
  409,
  (p: { number: string }) =>
    `${p.number} is a proforma: nothing is owed on it, so there is nothing to credit, collect or write off. Declare it void instead.`,
)
export const NotRegroupable = defineError(
  'invoice.not_regroupable',
  409,
  (p: { number: string; reason: string }) =>
    `${p.number} cannot be merged or split: ${p.reason}. Several documents can still be paid together.`,
)
export const NothingCarried = defineError(
  'invoice.nothing_carried',
  409,
  (p: { id: string }) => `Nothing that was charged to ${p.id} waits for an invoice.`,
)
export const TextRetired = defineError(
  'document_text.retired',
  409,
  (p: { name: string }) => `The text "${p.name}" is on no further document already.`,
)
export const LinkOver = defineError(
  'invoice.not_payable',
  409,
  (p: { number: string }) => `${p.number} is not an issued invoice, so nobody can be sent there to pay it.`,
)
export const BillableOver = defineError(
  'billable_item.over',
  409,
  (p: { name: string; status: string }) =>
    `"${p.name}" is ${p.status}; nothing of it will be charged any more.`,
)
export const DraftNotEditable = defineError(
  'invoice.not_a_draft',
  409,
  (p: { id: string; status: string }) =>
    `Invoice ${p.id} is ${p.status}; only a draft can be edited. Issue a credit note and a new invoice instead.`,
)
export const WrongCurrency = defineError(
  'invoice.wrong_currency',
  422,
  (p: { currency: string; expected: string }) =>
    `This client is billed in ${p.expected}; ${p.currency} cannot be used.`,
)
export const TooFar = defineError(
  'billing.too_far',
  422,
  (p: { days: number; max: number }) => `A preview of ${p.days} days is too long; ${p.max} is the most.`,
)
export const ExemptionWithdrawn = defineError(
  'tax_exemption.withdrawn',
  409,
  (p: { number: string }) => `The certificate ${p.number} was withdrawn already.`,
)
export const EInvoiceOff = defineError(
  'e_invoice.off',
  409,
  (p: { number: string }) =>
    `There is no e-invoice of ${p.number}: it is a draft, or the setting billing.e_invoice is off for its client.`,
)
export const FakturNumberTaken = defineError(
  'faktur.number_taken',
  409,
  (p: { number: string; invoice: string }) =>
    `The faktur number ${p.number} stands on ${p.invoice}. A document has one number, and a number one document.`,
)
export const MonthClosed = defineError(
  'ledger.month_closed',
  409,
  (p: { days: string }) =>
    `The books of ${p.days} are closed. Book it today and name the day in the note, or reopen the month.`,
  'effective_on',
)
export const MonthNotClosable = defineError(
  'ledger.month_not_closable',
  409,
  (p: { month: string; why: 'not_over' | 'not_billed' | 'not_next' | 'closed'; next: string }) =>
    ({
      not_over: `${p.month} is not over yet.`,
      not_billed: `The billing of ${p.next} has not been run: its documents still belong to ${p.month}.`,
      not_next: `Months close in order: ${p.next} comes first.`,
      closed: `${p.month} is closed already.`,
    })[p.why],
  'month',
)
export const MonthNotReopenable = defineError(
  'ledger.month_not_reopenable',
  409,
  (p: { month: string; last: string }) =>
    `Months open again from the last one backwards: ${p.last} comes before ${p.month}.`,
  'month',
)
export const NotInInstalments = defineError(
  'instalment_plan.not_possible',
  409,
  (p: {
    number: string
    why: 'closed' | 'proforma' | 'planned' | 'collections' | 'under_way' | 'not_offered' | 'small'
  }) =>
    `${p.number} cannot be paid by instalments: ${
      {
        closed: 'nothing is open of it',
        proforma: 'a proforma is paid at once',
        planned: 'there is a plan for it already',
        collections: 'it is in collections',
        under_way: 'a payment for it is under way',
        not_offered: 'it is not offered for a sum like this',
        small: 'a part would be nothing',
      }[p.why]
    }.`,
)
export const NoInstalments = defineError(
  'instalment_plan.none',
  409,
  (p: { number: string }) => `${p.number} has no plan of instalments that runs.`,
)
export const PostNotOffered = defineError(
  'letter.not_offered',
  409,
  () => 'Documents on paper are not offered to clients here.',
)
export const RunOfAllBrands = defineError(
  'billing.run_of_all_brands',
  409,
  () =>
    'The billing run bills every brand, so only staff of all brands may start it. The brands that are yours are billed by its schedule, every hour.',
)
