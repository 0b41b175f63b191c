import { list, sql, type Trx } from '../../db/index.ts'
import type { Consumer, StoredEvent } from '../../events/index.ts'
import { covers, systemActor, type IsoDate } from '../../kernel/index.ts'
import { enterMail, type MailData, type MailTemplate } from '../../mail/index.ts'
import type { Means } from '../../records/index.ts'
import { releaseHeld } from '../authorisations/release-payment.ts'
import { classifyDecline, endsMethod, jobsByDay, nextRetry } from '../dunning/index.ts'
import { dropLetterOf } from '../letters/enter-letter.ts'
import { documentsOf, type DisputeRow, type PaymentRow } from '../payments/index.ts'
import { todayOf } from '../settle-invoice.ts'
import { dropRenewals } from './drop-renewals.ts'

/** What billing does when its own documents and payments have moved: papers and mails, after the commit. */
export function billingConsumers(means: Means): Consumer[] {
  return [
    {
      name: 'billing.documents',
      types: ['invoice.issued', 'credit_note.issued', 'invoice.proforma_issued', 'receipt.issued'],
      handle: (trx, event) =>
        means.jobs.enqueue(trx, [
          {
            task: 'billing.document',
            payload: { invoice_id: event.subject },
            key: `document/${event.subject}/${event.type}`,
          },
        ]),
    },
    {
      // What is reserved for a document that fell through, or that other money has paid, is let go.
      name: 'billing.release_reserved',
      types: ['invoice.voided', 'invoice.paid'],
      handle: (trx, event) => {
        const reason = event.type === 'invoice.paid' ? 'Paid in another way' : 'The document fell through'
        return releaseHeld(means, trx, { invoiceId: event.subject, reason }, systemActor('reserved_money'))
      },
    },
    {
      name: 'billing.letters',
      types: ['invoice.voided'],
      handle: (trx, event) => dropLetterOf(means, trx, event.subject),
    },
    {
      name: 'billing.cancelled',
      types: ['cancellation.planned'],
      handle: (trx, event) => {
        const body = event.body as { id: string; service_id: string; effective_on: IsoDate }
        const { id: cancellationId, service_id: serviceId, effective_on: effectiveOn } = body
        return dropRenewals(means, trx, { cancellationId, serviceId, effectiveOn })
      },
    },
    {
      name: 'billing.payment_mails',
      types: ['payment.succeeded', 'payment.declined', 'payment.needs_client'],
      handle: (trx, event) => tellOfPayment(means, trx, event),
    },
    {
      name: 'billing.method_mails',
      types: ['method.refused'],
      handle: (trx, event) => tellOfMethod(means, trx, event),
    },
    {
      name: 'billing.refund_mails',
      types: ['refund.succeeded'],
      handle: (trx, event) => tellOfRefund(means, trx, event),
    },
    {
      name: 'billing.reopened_mails',
      types: ['invoice.reopened'],
      handle: (trx, event) => tellOfClaim(means, trx, event),
    },
    {
      name: 'billing.dispute_mails',
      types: ['dispute.reported'],
      handle: (trx, event) => tellOfDispute(means, trx, event),
    },
  ]
}

interface Subject {
  number: string
  due_on: IsoDate
  owed_on: IsoDate | null
  invoice_id: string
  brand_id: string
  client_id: string
  name: string
  email: string
  locale: string
}

/** Decline and 3-D Secure are told by mail only when nobody sits before the screen. */
async function tellOfPayment(means: Means, trx: Trx, event: StoredEvent): Promise<void> {
  const payment = await trx.get<PaymentRow & { method: string | null }>(sql`
    select p.*, m.label as method from payments p left join payment_methods m on m.id = p.method_id where p.id = ${event.subject}`)
  const subject = payment && (await subjectOfPayment(trx, payment))
  if (!subject) return
  // What comes back after days comes back while nobody sits before the screen.
  const absent = payment.kind === 'saved_method' || payment.returned_on !== null
  const facts = {
    number: subject.number,
    url: payment.invoice_id ? `/portal/invoices/${subject.invoice_id}` : '/portal/invoices',
  }
  if (event.type === 'payment.succeeded') {
    const amount = { minor: payment.received_minor.toString(), currency: payment.currency }
    await tell(means, trx, {
      subject,
      event,
      template: 'payment-received',
      data: { ...facts, amount, paid_on: event.occurred_at.slice(0, 10), method: payment.method },
    })
  } else if (absent) await tellAbsent(means, trx, { subject, event, payment })
}

interface Absent {
  subject: Subject
  event: StoredEvent
  payment: PaymentRow & { method: string | null }
}

/** By what the decline asks of the client: wait for the next try, confirm, or save another method. */
async function tellAbsent(means: Means, trx: Trx, { subject, event, payment }: Absent): Promise<void> {
  const amount = { minor: payment.amount_minor.toString(), currency: payment.currency }
  const facts = { number: subject.number, url: `/portal/invoices/${subject.invoice_id}`, amount }
  const of = { subject, event, byDay: true }
  const reason = payment.decline_message ?? 'The payment was declined.'
  const said = event.type === 'payment.declined' ? classifyDecline(payment.retry) : 'needs_client'
  if (said === 'needs_client') {
    const data = { ...facts, url: `${facts.url}/pay` }
    return tell(means, trx, { ...of, template: 'payment-needs-client', data })
  }
  if (said === 'hard' && endsMethod(payment.retry)) {
    const data = { ...facts, url: '/portal/payment-methods', reason, method: payment.method ?? '–' }
    return tell(means, trx, { ...of, template: 'method-refused', data })
  }
  const today = await todayOf(means, trx, payment.brand_id)
  const retry_on =
    said === 'soft'
      ? await nextRetry(
          trx,
          { ...subject, id: subject.invoice_id },
          { today, returnedOn: payment.returned_on },
        )
      : null
  return tell(means, trx, { ...of, template: 'payment-failed', data: { ...facts, reason, retry_on } })
}

/** No charge has told its holder that a method is at its end: a mandate was revoked. */
async function tellOfMethod(means: Means, trx: Trx, event: StoredEvent): Promise<void> {
  const holder = await trx.get<{
    id: string
    brand_id: string
    name: string
    email: string
    locale: string
  }>(sql`
    select c.id, c.brand_id, c.name, c.email, c.locale from payment_methods m join clients c on c.id = m.client_id
    where m.id = ${event.subject} and m.removed_at is null and m.refused_at is not null and c.status = 'active'`)
  if (!holder) return
  const { label, reason } = event.body as { label: string; reason: string }
  const key = `${event.subject}/ended/${event.id}`
  const of = { brandId: holder.brand_id, clientId: holder.id, key }
  await enterMail({ jobs: jobsByDay(means, of) }, trx, {
    template: 'method-ended',
    to: { address: holder.email, name: holder.name },
    ...{ client_id: holder.id, brand_id: holder.brand_id, subject_of: event.subject, locale: holder.locale },
    key,
    data: { url: '/portal/payment-methods', method: label, reason },
  })
}

async function tellOfRefund(means: Means, trx: Trx, event: StoredEvent): Promise<void> {
  const { invoice_id, amount, destination } = event.body as {
    invoice_id: string | null
    amount: { minor: string; currency: string }
    destination: string
  }
  const subject = destination === 'credit' ? undefined : await subjectOf(trx, invoice_id)
  if (subject)
    await tell(means, trx, {
      subject,
      event,
      template: 'refund-sent',
      data: { number: subject.number, amount, url: `/portal/invoices/${subject.invoice_id}` },
    })
}

/** A document that the bank's reversal opened again is due since its own day: its client is told what is owed. */
async function tellOfClaim(means: Means, trx: Trx, event: StoredEvent): Promise<void> {
  const open = await trx.get<{ currency: string; open_minor: bigint }>(sql`
    select i.currency, i.total_minor - coalesce((select sum(a.amount_minor) from allocations a where a.invoice_id = i.id), 0) as open_minor
    from invoices i where i.id = ${event.subject} and i.status = 'issued'
      and exists (select 1 from allocations a where a.invoice_id = i.id and a.kind = 'dispute' and a.amount_minor < 0)`)
  const subject = open && (await subjectOf(trx, event.subject))
  if (!subject) return
  const { number, due_on, owed_on } = subject
  const expected_on = owed_on === due_on ? null : owed_on
  const amount = { minor: open.open_minor.toString(), currency: open.currency }
  const url = `/portal/invoices/${subject.invoice_id}`
  const data = { number, due_on, expected_on, amount, url, returned: true }
  await tell(means, trx, { subject, event, template: 'invoice-overdue-1', data, byDay: true })
}

/** Told to every active member of staff who may refund: a dispute has a deadline. */
async function tellOfDispute(means: Means, trx: Trx, event: StoredEvent): Promise<void> {
  const dispute = await trx.get<DisputeRow>(sql`select * from disputes where id = ${event.subject}`)
  const payment =
    dispute && (await trx.get<PaymentRow>(sql`select * from payments where id = ${dispute.payment_id}`))
  const subject =
    payment && ((await subjectOfPayment(trx, payment)) ?? (await subjectOfDeposit(trx, payment)))
  if (!subject) return
  const staff = await trx.all<{
    id: string
    email: string
    name: string
    locale: string
    permissions: string
  }>(sql`
    select s.id, u.email, u.name, u.locale, r.permissions from staff s join users u on u.id = s.user_id join roles r on r.id = s.role_id where s.status = 'active' order by s.id`)
  for (const member of staff.filter((row) =>
    covers(JSON.parse(row.permissions) as string[], 'payment.refund'),
  )) {
    await enterMail(means, trx, {
      template: 'dispute-opened',
      to: { address: member.email, name: member.name },
      brand_id: subject.brand_id,
      subject_of: event.subject,
      locale: member.locale,
      key: `${event.subject}/opened/${member.id}`,
      data: {
        number: subject.number,
        client: subject.name,
        amount: { minor: dispute.amount_minor.toString(), currency: dispute.currency },
        reason: dispute.reason,
        respond_by: dispute.evidence_due_at?.slice(0, 10) ?? null,
        url: `/admin/payments/${dispute.payment_id}`,
      },
    })
  }
}

/** Of a payment for several documents the first one stands for all, under all their numbers. */
async function subjectOfPayment(trx: Trx, payment: PaymentRow): Promise<Subject | undefined> {
  const ids = await documentsOf(trx, payment)
  const first = await subjectOf(trx, ids[0] ?? null)
  if (!first || ids.length === 1) return first
  const rows = await trx.all<{ number: string }>(
    sql`select number from invoices where id in (${list(ids)}) order by id`,
  )
  const numbers = rows.map((row) => row.number).join(', ')
  return { ...first, number: numbers.length <= 300 ? numbers : `${first.number} …` }
}

async function subjectOfDeposit(trx: Trx, { id }: PaymentRow): Promise<Subject | undefined> {
  const receipt = await trx.get<{ invoice_id: string }>(
    sql`select invoice_id from receipts where payment_id = ${id}`,
  )
  return subjectOf(trx, receipt?.invoice_id ?? null)
}

async function subjectOf(trx: Trx, invoiceId: string | null): Promise<Subject | undefined> {
  return trx.get<Subject>(sql`
    select i.number, i.due_on, i.owed_on, i.id as invoice_id, i.brand_id, i.client_id, c.name, c.email, c.locale from invoices i join clients c on c.id = i.client_id
    where i.id in (${list(invoiceId === null ? [] : [invoiceId])})`)
}

interface Telling<T extends MailTemplate> {
  subject: Subject
  event: StoredEvent
  template: T
  data: MailData<T>
  /** Nobody waits for it before the screen: it may wait for the end of the quiet hours. */
  byDay?: boolean
}

function tell<T extends MailTemplate>(
  means: Means,
  trx: Trx,
  { subject, event, template, data, byDay }: Telling<T>,
): Promise<void> {
  const key = `${event.id}/${template}`
  const { brand_id: brandId, client_id: clientId } = subject
  const jobs = byDay ? jobsByDay(means, { brandId, clientId, key }) : means.jobs
  return enterMail({ jobs }, trx, {
    template,
    to: { address: subject.email, name: subject.name },
    client_id: subject.client_id,
    brand_id: subject.brand_id,
    subject_of: subject.invoice_id,
    locale: subject.locale,
    key,
    data,
  })
}
