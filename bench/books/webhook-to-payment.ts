import { handleWebhook, type Payments, type PluginCalls } from '../../core/billing/index.ts'
import { issueInvoice } from '../../core/billing/index.ts'
import { list, sql, type Db } from '../../core/db/index.ts'
import { systemActor } from '../../core/kernel/index.ts'
import type { Means } from '../../core/records/index.ts'
import { draft, makeGateway } from '../../test/billing/support.ts'
import { costOf } from '../billing/cpu.ts'
import { median, report, type Judged } from '../figure.ts'
import { scaled } from '../scale.ts'
import { benchWebhooks } from '../webhooks.ts'
import { emptyBooks, onCopy } from './open-books.ts'

const EVENTS = 2_000
const ROUNDS = 5
/** As many as a job worker has in hand. */
const AT_ONCE = 10
const actor = systemActor('bench')

/**
 * Stored events that become booked payments a CPU-second: movement, ledger, allocation, document paid, audit and events,
 * one transaction each and ten of them under way, beside the taking of webhooks in the same run. What the plugin says is
 * given; what it takes to ask one is the figure of "hooks".
 */
export async function benchWebhookToPayment(): Promise<Judged[]> {
  const count = scaled(EVENTS)
  const template = await emptyBooks(({ means, client }) => enter(means, client, count))
  const rates: number[] = []
  for (let round = 0; round < ROUNDS; round++) rates.push(await onCopy(template, bookAll))
  template.remove()
  const [accepted] = await benchWebhooks()
  const [value, baseline] = [median(rates), accepted!.value]
  const bar = { of: 'ratio', least: 0.4 } as const
  return [
    accepted!,
    report({
      name: 'webhook_to_payment',
      value,
      unit: 'payments/CPU-s',
      baseline,
      ratio: value / baseline,
      bar,
    }),
  ]
}

/** Open invoices, an attempt for each that waits at the gateway, and the event that tells of its success. */
export async function enter(
  means: Means,
  client: { id: string; brand_id: string; currency: string },
  count: number,
): Promise<void> {
  const gateway = await makeGateway(means as never)
  const now = means.business.now()
  for (let i = 0; i < count; i++) {
    const invoice = await means.db.transaction((trx) => issueInvoice(means, trx, draft(client), actor))
    const id = means.newId('pay')
    await means.db.insert('payments', [
      {
        ...{
          id,
          brand_id: client.brand_id,
          client_id: client.id,
          invoice_id: invoice.id,
          instance_id: gateway.id,
        },
        ...{ method_id: null, kind: 'hosted', status: 'pending', currency: 'EUR', amount_minor: 1_190n },
        ...{
          received_minor: 0n,
          fee_minor: 0n,
          effect_key: id,
          attempt: 1,
          reference: `ch_${i}`,
          needs: null,
        },
        ...{
          decline_code: null,
          decline_message: null,
          retry: null,
          next_check_at: null,
          checks: 0,
          note: null,
        },
        ...{ settled_at: null, version: 1, created_at: now, updated_at: now },
      },
    ])
    await means.db.insert('webhook_events', [
      {
        ...{
          id: means.newId('whe'),
          instance_id: gateway.id,
          event_key: id,
          verified: 1,
          headers: '{}',
          body: id,
        },
        ...{ status: 'received', outcome: null, attempts: 0, received_at: now, handled_at: null },
      },
    ])
  }
}

export const plugins: PluginCalls = {
  call: <T>(_instance: string, _kind: string, _operation: string, input: object) => {
    const payment_id = (input as { body: string }).body
    const result = {
      ...{ outcome: 'succeeded', reference: `ref_${payment_id}` },
      ...{ amount: { minor: '1190', currency: 'EUR' }, fee: { minor: '30', currency: 'EUR' } },
    }
    return Promise.resolve({ facts: [{ fact: 'payment', payment_id, result }] } as T)
  },
}

async function bookAll(db: Db, means: Means): Promise<number> {
  const payments: Payments = { ...means, plugins }
  const events = await db.all<{ id: string }>(sql`select id from webhook_events order by id`)
  const cost = await costOf(async () => {
    const waiting = events.values()
    const line = async () => {
      for (const event of waiting) await handleWebhook(payments, event)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, line))
  })
  const booked = await db.get<{ n: number }>(
    sql`select count(*) as n from invoices where status = 'paid' and kind in (${list(['invoice'])})`,
  )
  if (booked!.n !== events.length) throw new Error(`${booked!.n} of ${events.length} documents are paid`)
  return events.length / cost.cpuSeconds
}
