import { Type } from '../../../../sdk/index.ts'
import {
  allotRefund,
  capturePayment,
  getPayment,
  listPayments,
  listTransactions,
  findRefund,
  readPayment,
  recordPayment,
  refundPayment,
  releasePayment,
  type ListedTransaction,
  type PaymentRow,
  type RefundPartRow,
  type RefundRow,
} from '../../../billing/index.ts'
import { amount } from '../amount.ts'
import { bodyOf, listQueryOf, type Endpoint } from '../endpoint.ts'

const tag = 'payments'

export const paymentEndpoints: readonly Endpoint[] = [
  {
    id: 'listPayments',
    method: 'get',
    path: '/payments',
    tag,
    summary: 'List payments, newest first',
    permission: listPayments.permission,
    audience: listPayments.audience,
    query: listQueryOf({
      client_id: Type.Optional(Type.String({ maxLength: 64, description: 'cli_…: only of this client.' })),
      invoice_id: Type.Optional(Type.String({ maxLength: 64, description: 'inv_…: only for this invoice.' })),
    }),
    status: 200,
    answer: { list: 'Payment' },
    async handle({ deps, actor, query }) {
      const { rows, next } = await listPayments(deps, query, actor)
      return { items: rows.map(paymentResource), next }
    },
  },
  {
    id: 'listTransactions',
    method: 'get',
    path: '/transactions',
    tag,
    summary: 'List movements of money, newest first',
    permission: listTransactions.permission,
    audience: listTransactions.audience,
    query: listQueryOf({
      client_id: Type.Optional(Type.String({ maxLength: 64, description: 'cli_…: only of this client.' })),
    }),
    status: 200,
    answer: { list: 'Transaction' },
    async handle({ deps, actor, query }) {
      const { rows, next } = await listTransactions(deps, query, actor)
      return { items: rows.map(transactionResource), next }
    },
  },
  {
    id: 'getPayment',
    method: 'get',
    path: '/payments/{payment_id}',
    tag,
    summary: 'Read one payment',
    permission: readPayment.permission,
    audience: readPayment.audience,
    status: 200,
    answer: { one: 'Payment' },
    handle: async ({ deps, actor, params }) => paymentResource(await readPayment(deps, params, actor)),
  },
  {
    id: 'recordPayment',
    method: 'post',
    path: '/invoices/{invoice_id}/payments',
    tag,
    summary: 'Book money that was seen to arrive',
    permission: recordPayment.permission,
    audience: recordPayment.audience,
    body: bodyOf(recordPayment, ['invoice_id']),
    status: 201,
    answer: { one: 'Payment' },
    refusals: { 409: 'The movement is booked already, or the invoice cannot be paid.' },
    async handle({ deps, actor, params, body }) {
      const { id } = await recordPayment(deps, { ...body, ...params }, actor)
      return paymentResource(await getPayment(deps.db, id, actor))
    },
  },
  {
    id: 'capturePayment',
    method: 'post',
    path: '/payments/{payment_id}/capture',
    tag,
    summary: 'Take reserved money, or a part of it, once',
    permission: capturePayment.permission,
    audience: capturePayment.audience,
    body: bodyOf(capturePayment, ['payment_id']),
    status: 200,
    answer: { one: 'Payment' },
    refusals: { 409: 'Nothing is reserved, or it is being taken already.' },
    handle: async ({ deps, actor, params, body }) =>
      paymentResource(await capturePayment(deps, { ...body, ...params }, actor)),
  },
  {
    id: 'releasePayment',
    method: 'post',
    path: '/payments/{payment_id}/release',
    tag,
    summary: 'Let reserved money go',
    permission: releasePayment.permission,
    audience: releasePayment.audience,
    body: bodyOf(releasePayment, ['payment_id']),
    status: 200,
    answer: { one: 'Payment' },
    refusals: { 409: 'Nothing is reserved, or it is being taken already.' },
    async handle({ deps, actor, params, body }) {
      await releasePayment(deps, { ...body, ...params }, actor)
      return paymentResource(await readPayment(deps, params, actor))
    },
  },
  {
    id: 'refundPayment',
    method: 'post',
    path: '/payments/{payment_id}/refunds',
    tag,
    summary: 'Give money back',
    permission: refundPayment.permission,
    audience: refundPayment.audience,
    body: bodyOf(refundPayment, ['payment_id']),
    status: 201,
    answer: { one: 'Refund' },
    refusals: { 409: 'The payment has not succeeded.' },
    handle: async ({ deps, actor, params, body }) =>
      refundResource(await refundPayment(deps, { ...body, ...params }, actor)),
  },
  {
    id: 'allotRefund',
    method: 'post',
    path: '/refunds/{refund_id}/allot',
    tag,
    summary: 'Say afterwards what a refund is of that was sent as an expense',
    permission: allotRefund.permission,
    audience: allotRefund.audience,
    body: bodyOf(allotRefund, ['refund_id']),
    status: 200,
    answer: { one: 'Refund' },
    refusals: { 409: 'What it is of was said when it was made, or it failed.' },
    async handle({ deps, actor, params, body }) {
      const parts = await allotRefund(deps, { ...body, ...params }, actor)
      return refundResource(await findRefund(deps.db, params.refund_id!, actor), parts)
    },
  },
]

function transactionResource(row: ListedTransaction) {
  const { id, client_id, kind, gateway, reference, payment_id, invoice_id, occurred_at } = row
  return {
    ...{ id, client_id, kind, gateway, reference, payment_id, invoice_id, occurred_at },
    amount: amount(row.amount_minor, row.currency),
    fee: row.fee_minor === null ? null : amount(row.fee_minor, row.currency),
  }
}

function paymentResource(payment: PaymentRow) {
  const { id, client_id, invoice_id, kind, status, currency, reference, created_at } = payment
  return {
    ...{ id, client_id, invoice_id, kind, status, reference, created_at },
    amount: amount(payment.amount_minor, currency),
    received: amount(payment.received_minor, currency),
  }
}

function refundResource(refund: RefundRow, parts: readonly RefundPartRow[] = []) {
  const { id, payment_id, invoice_id, destination, taken_from, credit_note_id } = refund
  const { status, currency, reason, created_at } = refund
  return {
    ...{ id, payment_id, invoice_id, destination, taken_from, credit_note_id, status, reason, created_at },
    amount: amount(refund.amount_minor, currency),
    parts: parts.map((part) => ({
      ...{ invoice_id: part.invoice_id, taken_from: part.taken_from, credit_note_id: part.credit_note_id },
      amount: amount(part.amount_minor, currency),
    })),
  }
}
