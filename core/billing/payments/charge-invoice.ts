import { Type } from '../../../sdk/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { systemActor, type Actor, type IsoDate } from '../../kernel/index.ts'
import { defineVerb, demandCheck, findRow } from '../../records/index.ts'
import { chargeable } from '../dunning/chargeable.ts'
import { askedNow } from '../instalments/asked-now.ts'
import { stepName } from '../dunning/owed-on.ts'
import type { InvoiceRow } from '../invoice.ts'
import { askedAmount } from '../proforma/index.ts'
import { lockInvoice } from '../settle-invoice.ts'
import { chargeAsking, isRefused, noteRefusedCharge } from './charge-asking.ts'
import { fieldAgainst } from './demand-offered.ts'
import { GatewayNotOffered, NoSavedMethod, NothingToPay } from './errors.ts'
import { attempt, getGateway, offers, snapshotOf, type Payments } from './gateway.ts'
import { demandExtra, keepExtra, SeenCharge, Whole, withExtra } from './extra-of.ts'
import { customerAt, type MethodRow } from './keep-method.ts'
import { insertPayment, type PaymentRow } from './payment.ts'
import { reserves } from './start-payment.ts'
import { paymentsFor } from './under-way.ts'

/** Charges a saved method now: the button on the pay page, or staff. */
export const chargeMethod = defineVerb(
  {
    permission: 'payment.charge',
    asks: ['payment.charge:check'],
    audience: ['staff', 'client'],
    input: Type.Object({
      invoice_id: Type.String(),
      method_id: Type.Optional(Type.String()),
      seen_charge: SeenCharge,
      whole: Whole,
      once: Type.Optional(Type.String({ maxLength: 100 })),
    }),
  },
  async (payments: Payments, input, actor) => {
    const invoice = await findRow<InvoiceRow>(payments.db, actor, {
      table: 'invoices',
      what: 'invoice',
      id: input.invoice_id,
      scope: { right: 'payment.charge' },
    })
    const effectKey = `charge/${invoice.id}/${input.once ?? payments.newId('req')}`
    const result = await charge(
      payments,
      {
        invoiceId: invoice.id,
        effectKey,
        methodId: input.method_id,
        seen: input.seen_charge,
        whole: input.whole,
      },
      actor,
    )
    if (result === 'no_method') throw NoSavedMethod({})
    if (result === 'nothing_to_pay')
      throw NothingToPay({ number: invoice.number ?? invoice.id, status: invoice.status })
    return result
  },
)

/**
 * The job "billing.charge": the automatic charge of a due document. Repeating it repeats the same attempt. What a plugin
 * refuses is noted at the document and asked about again by the next try of its plan.
 */
export async function chargeDueInvoice(
  payments: Payments,
  job: { invoice_id: string; attempt: number; owed_on?: IsoDate },
): Promise<void> {
  const effectKey = `charge/${job.invoice_id}/${stepName(`try_${job.attempt}`, { owed_on: job.owed_on ?? null })}`
  const wanted = { invoiceId: job.invoice_id, effectKey, automatic: true }
  const actor = systemActor('automatic_charge')
  try {
    await charge(payments, wanted, actor)
  } catch (error) {
    if (!isRefused(error)) throw error
    await noteRefusedCharge(payments, { invoiceId: job.invoice_id, message: error.message }, actor)
  }
}

interface Charge {
  invoiceId: string
  effectKey: string
  methodId?: string | undefined
  /** Nobody asked for it: what has changed since it was entered is respected. */
  automatic?: boolean
  /** The charge that the payer was shown. */
  seen?: string | undefined
  /** All that is open, also where a plan asks for a part. */
  whole?: boolean | undefined
}

async function charge(
  payments: Payments,
  wanted: Charge,
  actor: Actor,
): Promise<PaymentRow | 'no_method' | 'nothing_to_pay'> {
  const opened = await openCharge(payments, wanted, actor)
  if (typeof opened === 'string') return opened
  const { payment, method, number, invoice } = opened
  // A repeat of a job whose first run got its answer has nothing to send.
  if (payment.status !== 'created') return payment
  const customer = await customerAt(payments.db, payment.client_id, method.instance_id)
  const call = {
    payment_id: payment.id,
    idempotency_key: payment.effect_key,
    amount: { minor: payment.amount_minor.toString(), currency: payment.currency },
    description: `Invoice ${number}`,
    document: number,
    client: await snapshotOf(payments.db, payment.client_id),
    ...(customer ? { customer } : {}),
    method: method.reference,
    return_url: `${payments.publicUrl}/portal/invoices/${payment.invoice_id}?payment=${payment.id}`,
  }
  const gateway = await getGateway(payments.db, method.instance_id)
  const isReserved =
    !wanted.automatic && offers(gateway, 'authorise') && (await reserves(payments.db, invoice, gateway))
  const operation = isReserved ? 'authorise' : 'charge_method'
  return attempt(payments, { payment, operation, input: call }, actor)
}

type Opened =
  | { payment: PaymentRow; method: MethodRow; number: string; invoice: InvoiceRow }
  | 'no_method'
  | 'nothing_to_pay'

function openCharge(
  payments: Payments,
  { invoiceId, effectKey, methodId, seen, automatic = false, whole = false }: Charge,
  actor: Actor,
): Promise<Opened> {
  return payments.db.transaction(async (trx) => {
    const invoice = await lockInvoice(trx, invoiceId)
    const method = await trx.get<MethodRow>(
      methodId
        ? sql`select * from payment_methods where id = ${methodId} and client_id = ${invoice.client_id} and removed_at is null`
        : sql`select * from payment_methods where client_id = ${invoice.client_id} and preferred = 1 and removed_at is null and ${automatic ? sql`refused_at is null` : sql`1 = 1`} order by created_at limit 1`,
    )
    if (!method) return 'no_method'
    const number = invoice.number ?? invoice.id
    const same = await trx.get<PaymentRow>(sql`select * from payments where effect_key = ${effectKey}`)
    if (same) return { payment: same, method: await methodOf(trx, same, method), number, invoice }
    const isDue = invoice.status === 'issued' && !(automatic && (await isStopped(trx, invoice, method)))
    const openMinor = isDue ? await askedAmount(trx, invoice) : 0n
    const open = whole ? openMinor : await askedNow(payments, trx, { invoice, openMinor })
    if (open <= 0n) return 'nothing_to_pay'
    const live = await trx.get<PaymentRow>(sql`
      select * from payments p where ${paymentsFor(sql`${invoiceId}`)} and (p.status in ('unknown', 'authorised', 'pending') or (p.status = 'created' and p.kind = 'saved_method')) limit 1`)
    // Money may be on its way: a second attempt beside it could take it twice.
    if (live) return { payment: live, method: await methodOf(trx, live, method), number, invoice }
    const field = actor.kind === 'staff' ? null : await ruledOutOf(trx, { invoice, method, open })
    if (field !== null && automatic) return 'nothing_to_pay'
    if (field !== null) throw GatewayNotOffered({ gateway: method.label, field })
    const wish = { invoice, currency: invoice.currency, openMinor: open, seen }
    const asked = await demandExtra(payments, trx, { id: method.instance_id }, wish)
    // Nobody is charged more than the invoice says without having seen it.
    const extra = automatic && asked?.kind === 'surcharge' ? null : asked
    const amountMinor = withExtra(open, extra)
    const charging = {
      client: invoice,
      method,
      invoiceIds: [invoiceId],
      currency: invoice.currency,
      amountMinor,
    }
    demandCheck(payments, trx, actor, chargeAsking(charging))
    const payment = await insertPayment(trx, {
      id: payments.newId('pay'),
      brandId: invoice.brand_id,
      clientId: invoice.client_id,
      invoiceId,
      instanceId: method.instance_id,
      methodId: method.id,
      kind: 'saved_method',
      currency: invoice.currency,
      amountMinor,
      effectKey,
      attempt: 1,
      now: payments.business.now(),
    })
    await keepExtra(trx, payment, extra)
    return { payment, method, number, invoice }
  })
}

/** The rules of its gateway may have changed since a method was saved. */
const ruledOutOf = (
  trx: Trx,
  { invoice, method, open }: { invoice: InvoiceRow; method: MethodRow; open: bigint },
) =>
  fieldAgainst(trx, method.instance_id, {
    ...{ clientId: invoice.client_id, invoiceIds: [invoice.id] },
    ...{ currency: invoice.currency, amountMinor: open },
  })

/** Between its entry and its time a charge may have been forbidden: by staff, by the client, by another try's answer. */
async function isStopped(trx: Trx, invoice: InvoiceRow, method: MethodRow): Promise<boolean> {
  if (invoice.in_collections_at !== null || invoice.suspected_at !== null) return true
  const free = await trx.get(sql`
    select i.id from invoices i join clients c on c.id = i.client_id join payment_methods m on m.id = ${method.id}
    where i.id = ${invoice.id} and c.auto_charge = 1 and ${chargeable}`)
  return free === undefined
}

/** An attempt goes out with the method it was made for, whatever is preferred by now. */
async function methodOf(trx: Trx, payment: PaymentRow, otherwise: MethodRow): Promise<MethodRow> {
  return (
    (await trx.get<MethodRow>(sql`select * from payment_methods where id = ${payment.method_id}`)) ??
    otherwise
  )
}
