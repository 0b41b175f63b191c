import {
  amountDue,
  bookDispute,
  creditInvoice,
  getInvoice,
  recordPayment,
  refundPayment,
  voidInvoice,
  writeOffInvoice,
  type DraftInvoice,
  type PaymentRow,
  type Payments,
} from '../../core/billing/index.ts'
import { bookSuccess } from '../../core/billing/payments/book-success.ts'
import { sql } from '../../core/db/index.ts'
import { addDays, addMonths, isoDate, type IsoDate } from '../../core/kernel/index.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from '../billing/support.ts'
import { makeClient } from '../support/make.ts'
import type { TestMeans } from '../support/means.ts'

/** Numbers from a seed, so that a history that fails can be made again. */
export function dice(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

export interface History {
  brand: Awaited<ReturnType<typeof makeBuyer>>['brand']
  gateway: { id: string; name: string }
  invoices: string[]
}

/** Staff and clients of a small shop at work for some days: documents, money, corrections, in random order. */
export async function liveHistory(
  means: TestMeans,
  { from, days, acts, seed }: { from: string; days: number; acts: number; seed: number },
): Promise<History> {
  const roll = dice(seed)
  means.business.set(`${from}T10:00:00.000Z`)
  const { brand, client } = await makeBuyer(means)
  const others = [
    await makeClient(means, { brand_id: brand.id, country: 'FR' }),
    await makeClient(means, { brand_id: brand.id, country: 'DE' }),
  ]
  const clients = [client, ...others]
  const gateway = await makeGateway(means)
  const history: History = { brand, gateway, invoices: [] }
  const payments: Shop = { ...means, plugins: scriptedGateway([]) }
  let day = isoDate(from)
  for (let done = 0; done < acts; done++) {
    day = addDays(isoDate(from), Math.floor((done * days) / acts))
    means.business.set(`${day}T10:00:00.000Z`)
    await act({ means: payments, history, clients, roll, day, nth: `${brand.id}/${done}` })
  }
  return history
}

type Shop = TestMeans & Payments

interface Act {
  means: Shop
  history: History
  clients: readonly { id: string; brand_id: string; currency: string }[]
  roll: (below: number) => number
  day: IsoDate
  nth: string
}

async function act(of: Act): Promise<void> {
  const { means, history, roll } = of
  const which = roll(11)
  if (which < 4 || history.invoices.length === 0) return sell(of)
  const id = history.invoices[roll(history.invoices.length)]!
  const invoice = await getInvoice(means.db, id, actor)
  const due = amountDue(invoice)
  const open = invoice.status === 'issued' && due > 0n
  if (which < 7 && open) return pay(of, id, due)
  if (which < 7 && invoice.status === 'written_off')
    return pay(of, id, roll(2) === 0 ? 100n : invoice.total_minor - invoice.allocated_minor)
  if (which === 7 && (open || invoice.status === 'paid')) return credit(of, id)
  if (which === 8 && open && invoice.allocated_minor === 0n && roll(2) === 0)
    return void (await voidInvoice(means, { invoice_id: id, reason: 'Sent twice' }, actor))
  if (which === 8 && open)
    return void (await writeOffInvoice(means, { invoice_id: id, reason: 'Gone' }, actor))
  if (which === 9) return refund(of, id)
  if (which === 10) return chargeBack(of, id)
}

async function sell({ means, history, clients, roll, day }: Act): Promise<void> {
  const client = clients[roll(clients.length)]!
  const amounts = Array.from({ length: 1 + roll(3) }, () => BigInt(100 + roll(50_000)))
  const plain = draft(client, { amounts, dueOn: addDays(day, roll(30)) })
  const lines = plain.lines.map((line) => {
    if (roll(3) === 0) return line
    const periodStart = addDays(day, roll(20) - 5)
    return { ...line, periodStart, periodEnd: addMonths(periodStart, 1 + roll(14)) }
  })
  const of: DraftInvoice = { ...plain, lines }
  history.invoices.push((await issue(means, of)).id)
}

async function pay({ means, history, roll, nth }: Act, invoiceId: string, due: bigint): Promise<void> {
  const amount = roll(3) === 0 ? (due + 1n) / 2n : due + BigInt(roll(3) === 0 ? 500 : 0)
  if (roll(2) === 0) {
    const input = { invoice_id: invoiceId, amount_minor: amount.toString(), reference: `bank-${nth}` }
    return void (await recordPayment(means, input, actor))
  }
  const invoice = await getInvoice(means.db, invoiceId, actor)
  const now = means.business.now()
  const payment = {
    ...{
      id: means.newId('pay'),
      brand_id: invoice.brand_id,
      client_id: invoice.client_id,
      invoice_id: invoice.id,
    },
    ...{
      instance_id: history.gateway.id,
      method_id: null,
      kind: 'hosted',
      status: 'pending',
      currency: 'EUR',
    },
    ...{ amount_minor: amount, received_minor: 0n, fee_minor: 0n, effect_key: `e-${nth}`, attempt: 1 },
    ...{
      reference: null,
      needs: null,
      decline_code: null,
      decline_message: null,
      retry: null,
      next_check_at: null,
    },
    ...{ checks: 0, note: null, settled_at: null, version: 1, created_at: now, updated_at: now },
  } as unknown as PaymentRow
  const received = { reference: `g-${nth}`, currency: 'EUR', amountMinor: amount, feeMinor: amount / 50n }
  await means.db.transaction(async (trx) => {
    await trx.insert('payments', [payment])
    await bookSuccess(means, trx, { payment, received }, actor)
  })
}

async function credit({ means, roll }: Act, invoiceId: string): Promise<void> {
  const invoice = await getInvoice(means.db, invoiceId, actor)
  if (invoice.corrects_id !== null) return
  const notes = await means.db.get<{ n: number }>(
    sql`select count(*) as n from invoices where corrects_id = ${invoiceId}`,
  )
  if (notes!.n > 0) return
  const line = invoice.lines[roll(invoice.lines.length)]!
  const lines = roll(2) === 0 ? {} : { lines: [{ position: line.position }] }
  await creditInvoice(means, { invoice_id: invoiceId, reason: 'Not as agreed', ...lines }, actor)
}

async function chargeBack({ means, history }: Act, invoiceId: string): Promise<void> {
  const payment = await means.db.get<{ reference: string; received_minor: bigint }>(sql`
    select p.reference, p.received_minor from payments p where p.invoice_id = ${invoiceId} and p.status = 'succeeded'
      and p.instance_id = ${history.gateway.id} and not exists (select 1 from refunds r where r.payment_id = p.id)
      and not exists (select 1 from disputes d where d.payment_id = p.id) order by p.id limit 1`)
  if (!payment) return
  const fact = {
    ...{ fact: 'dispute' as const, reference: `dp-${payment.reference}`, status: 'lost' as const },
    ...{ reason: 'fraudulent', payment_reference: payment.reference },
    amount: { minor: payment.received_minor.toString(), currency: 'EUR' },
  }
  await means.db.transaction((trx) =>
    bookDispute(means, trx, { instanceId: history.gateway.id, fact }, actor),
  )
}

async function refund({ means, roll }: Act, invoiceId: string): Promise<void> {
  const payment = await means.db.get<{ id: string; left_minor: bigint }>(sql`
    select p.id, p.received_minor - coalesce((select sum(r.amount_minor) from refunds r where r.payment_id = p.id and r.status <> 'failed'), 0) as left_minor
    from payments p where p.invoice_id = ${invoiceId} and p.status = 'succeeded'
      and not exists (select 1 from disputes d where d.payment_id = p.id) order by p.id limit 1`)
  if (!payment || payment.left_minor < 2n) return
  const destination = roll(2) === 0 ? 'credit' : 'recorded'
  const from = roll(2) === 0 ? {} : { from: 'goodwill' as const }
  const amount_minor = (payment.left_minor / 2n).toString()
  await refundPayment(
    means,
    { payment_id: payment.id, amount_minor, destination, reason: 'Goodwill', ...from },
    actor,
  )
}
