import { defineError } from '../../kernel/index.ts'

export const WrongMoney = defineError(
  'payment.wrong_currency',
  409,
  (p: { id: string; expected: string; received: string }) =>
    `Payment ${p.id}, amount.currency: was to come in ${p.expected} and came in ${p.received}. A person must decide.`,
  'amount.currency',
)
export const TransactionBooked = defineError(
  'payment.already_booked',
  409,
  (p: { reference: string }) =>
    `The transaction "${p.reference}" is booked already; one transfer is not booked twice.`,
)
export const NoMethodSetup = defineError(
  'gateway.no_method_setup',
  409,
  (p: { gateway: string }) => `${p.gateway} saves no method without a payment. Save it while paying.`,
)
export const NothingToPay = defineError(
  'invoice.nothing_to_pay',
  409,
  (p: { number: string; status: string }) => `Invoice ${p.number} is ${p.status}; nothing is to be paid.`,
)
export const PaymentUnderWay = defineError(
  'payment.under_way',
  409,
  (p: { number: string }) =>
    `A payment for invoice ${p.number} is under way. Wait for its result: a second one could take the money twice.`,
)
export const NoTransferAwaited = defineError(
  'payment.no_transfer_awaited',
  409,
  (p: { number: string }) => `No bank transfer is awaited for invoice ${p.number}. Look at its payments.`,
)
export const GatewayRefused = defineError(
  'gateway.failed',
  502,
  (p: { gateway: string; reason: string }) =>
    `${p.gateway} could not be asked: ${p.reason.replace(/(?<![.!?])$/, '.')} Nothing was charged.`,
)
export const GatewayUnknown = defineError(
  'gateway.unknown',
  404,
  (p: { id: string }) => `There is no active payment gateway "${p.id}".`,
)
export const PaymentNotReversible = defineError(
  'payment.not_reversible',
  409,
  (p: { id: string; reason: string }) =>
    `The booking of payment ${p.id} cannot be taken back: ${p.reason}. Correct it by a refund or a credit note.`,
)
export const GatewayNotOffered = defineError(
  'gateway.not_offered',
  409,
  (p: { gateway: string; field: string }) =>
    `${p.gateway} is not offered for this ${p.field}. Choose another way to pay.`,
)
export const MethodNotUpdated = defineError(
  'method.not_updated',
  502,
  (p: { gateway: string; reason: string }) => `${p.gateway} did not change the method: ${p.reason}`,
)
export const ChargeChanged = defineError(
  'gateway.charge_changed',
  409,
  (p: { gateway: string }) =>
    `What a payment by ${p.gateway} costs has changed since this page was loaded. Look at the sum again before you pay.`,
)
export const DisputeDecided = defineError(
  'dispute.decided',
  409,
  (p: { id: string; status: string }) => `Dispute ${p.id} is ${p.status}; no evidence is taken any more.`,
)
export const NoEvidenceTaken = defineError(
  'gateway.no_evidence',
  409,
  (p: { gateway: string }) =>
    `${p.gateway} takes no evidence from here. Answer the dispute in its own pages.`,
)
export const RefundTooLarge = defineError(
  'refund.too_large',
  422,
  (p: { left: string; ofDocument?: boolean }) =>
    `Of ${p.ofDocument ? 'what this payment paid of the document' : 'this payment'} ${p.left} can be refunded at most.`,
  'amount_minor',
)
export const RefundMixed = defineError(
  'refund.mixed',
  422,
  (p: { credit: string }) =>
    `${p.credit} of this payment is the client's credit. Refund that by itself first and the rest after it, or say that all of it is goodwill.`,
)
export const NotAllottable = defineError(
  'refund.not_allottable',
  409,
  (p: { id: string }) =>
    `Refund ${p.id} is no expense that was sent: what it is of was said when it was made, or it moved nothing.`,
)
export const NotRefundable = defineError(
  'refund.not_possible',
  409,
  (p: { id: string; status: string }) =>
    `Payment ${p.id} is ${p.status}; only money that has come can be refunded.`,
)
export const NoSavedMethod = defineError(
  'method.none',
  409,
  () => 'The client has no saved payment method. Ask for one or pay by another way.',
)
export const AmountOutOfRange = defineError(
  'payment.amount_out_of_range',
  422,
  (p: { minimum: string; maximum?: string }) =>
    p.maximum === undefined
      ? `The amount must be at least ${p.minimum}.`
      : `The amount must lie between ${p.minimum} and ${p.maximum}.`,
)
export const NothingReserved = defineError(
  'payment.nothing_reserved',
  409,
  (p: { id: string }) => `Payment ${p.id} holds no reserved money that could be taken or let go.`,
)
