import { allotRefund, getPayment, refundPayment, replayWebhook, submitEvidence } from '../../billing/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import type { FormBody } from '../context.ts'
import { readAmount } from '../page/index.ts'
import { optional, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { paymentList, paymentPage, transactionList } from './views/payments.ts'
import { atItsLine, demandCredited, paidBy } from './views/note-lines.ts'
import { refundRecordPage } from './views/refund.ts'
import { refundPage } from './views/refunds.ts'
import { disputeList, disputePage, EVIDENCE } from './views/disputes.ts'
import { webhookList, webhookPage } from './views/webhook-events.ts'

export const payments: Section = {
  pages: [
    { path: '/payments', permission: 'payment.list', draw: paymentList },
    { path: '/payments/:id', permission: 'payment.read', draw: paymentPage },
    { path: '/payments/:id/refund', confirmed: true, permission: 'payment.refund', draw: refundPage },
    { path: '/payments/:id/refunds/:refund', permission: 'payment.read', draw: refundRecordPage },
    { path: '/transactions', permission: 'transaction.list', draw: transactionList },
    { path: '/disputes', permission: 'dispute.list', draw: disputeList },
    { path: '/disputes/:id', permission: 'dispute.read', draw: disputePage },
    { path: '/webhook-events', permission: 'webhook.list', draw: webhookList },
    { path: '/webhook-events/:id', permission: 'webhook.read', draw: webhookPage },
  ],
  acts: [
    {
      path: '/payments/:id/refund',
      confirmed: true,
      permission: 'payment.refund',
      again: refundPage,
      act: refund,
    },
    {
      path: '/payments/:id/refunds/:refund/allot',
      permission: 'refund.allot',
      again: refundRecordPage,
      act: sayWhatOf,
    },
    {
      path: '/disputes/:id/evidence',
      permission: 'dispute.submit_evidence',
      again: disputePage,
      act: answer,
    },
    { path: '/webhook-events/:id/replay', permission: 'webhook.replay', act: replay },
  ],
}

async function refund(desk: Desk, { form, params }: Asked) {
  const { means, actor, t, locale } = desk
  const payment = await getPayment(means.db, params.id!, actor)
  const amount = readAmount(textOf(form, 'amount'), payment.currency, locale)
  if (amount === null || amount <= 0n) throw invalidInput({ amount: 'is not an amount such as 24.00' })
  const [destination, reason] = [textOf(form, 'destination'), textOf(form, 'reason')]
  const sent = optional(form, 'reference')
  const reference = sent !== null && destination === 'recorded' ? { reference: sent } : {}
  const document = optional(form, 'invoice_id')
  const invoiceId = document ?? payment.invoice_id
  demandCredited(form, invoiceId === null ? [] : [invoiceId])
  const pays = { form, invoiceId, from: optional(form, 'from') }
  const input = {
    ...{ payment_id: payment.id, amount_minor: amount.toString(), destination, reason, ...reference },
    ...(document === null ? {} : { invoice_id: document }),
    ...(await paidBy(desk, pays)),
  }
  const { status } = await refundPayment(means, input, actor).catch(atItsLine())
  return { href: `/admin/payments/${payment.id}`, message: t(`admin.refunds.done.${status}`) }
}

async function sayWhatOf(desk: Desk, { form, params }: Asked) {
  const { means, actor, t, locale } = desk
  const payment = await getPayment(means.db, params.id!, actor)
  const [amounts, ways] = ['amount', 'from'].map((name) => (form[name] ?? {}) as FormBody)
  const named = Object.keys(amounts!).filter((id) => textOf(amounts!, id) !== '')
  demandCredited(form, named)
  const parts = []
  for (const id of named) {
    const [text, invoiceId] = [textOf(amounts!, id), id === 'none' ? null : id]
    const from = invoiceId === null ? 'credit' : textOf(ways!, id)
    const minor = readAmount(text, payment.currency, locale)
    if (minor === null || minor < 0n) throw invalidInput({ parts: `"${text}" is not an amount` })
    const way = await paidBy(desk, { form, invoiceId, from })
    parts.push({ amount_minor: minor.toString(), ...way, ...(invoiceId && { invoice_id: invoiceId }) })
  }
  await allotRefund(means, { refund_id: params.refund, parts }, actor).catch(atItsLine())
  const href = `/admin/payments/${payment.id}/refunds/${params.refund!}`
  return { href, message: t('admin.refunds.allotted') }
}

async function answer({ means, actor, t }: Desk, { form, params }: Asked) {
  const fields = Object.fromEntries(EVIDENCE.map((name) => [name, textOf(form, name)]))
  const { status } = await submitEvidence(means, { dispute_id: params.id, fields }, actor)
  const message = t(`payments.evidence.done.${status}`)
  return { href: `/admin/disputes/${params.id!}`, message, failed: status !== 'sent' }
}

async function replay({ means, actor, t }: Desk, { params }: Asked) {
  await replayWebhook(means, { webhook_event_id: params.id }, actor)
  return { href: `/admin/webhook-events/${params.id!}`, message: t('admin.webhooks.replayed') }
}
