import {
  billDay,
  billingConsumers,
  billingJobs,
  receiveWebhook,
  type PluginCalls,
} from '../../core/billing/index.ts'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { words } from '../../core/app/wire/words.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { deliverEvents } from '../../core/events/index.ts'
import { createJobs, type JobHandlers } from '../../core/jobs/index.ts'
import { businessClock, idMaker, instant, isoDate, systemClock } from '../../core/kernel/index.ts'
import { silentLog } from '../../core/log/index.ts'
import { noHooks, type Means } from '../../core/records/index.ts'
import { keyRing } from '../../core/secrets/index.ts'
import { serviceConsumers } from '../../core/services/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { draft, issue, makeBuyer, makeGateway } from '../billing/support.ts'

const DAY = isoDate('2026-01-15')
const AT = Date.parse(`${DAY}T10:00:00Z`)

export const WORLD = { clients: 10, perClient: 2, paid: 4 }

/** Means on the real engine, with the business day standing still. Files and mails go nowhere: only the books count here. */
export async function tortureMeans(db: Db) {
  const newId = idMaker(systemClock)
  const engine = await createJobs({ db, clock: systemClock, newId })
  await engine.install()
  const means: Means = {
    db,
    clock: systemClock,
    business: businessClock({ now: () => instant(AT), ms: () => AT }, () => 0),
    newId,
    jobs: engine,
    log: silentLog,
    keys: keyRing(`torture:${Buffer.alloc(32, 3).toString('base64')}`),
    files: {
      keep: () => Promise.resolve('0'.repeat(64)),
      read: () => Promise.reject(new Error('no files here')),
    },
    hooks: noHooks,
    publicUrl: 'http://localhost',
  }
  return { means, engine }
}

/** Clients with services that are due today, and invoices whose clients have been to the gateway's page. */
export async function buildWorld(db: Db): Promise<void> {
  const { means } = await tortureMeans(db)
  const { brand, client } = await makeBuyer(means as never)
  const gateway = await makeGateway(means as never)
  await makeServices(means as never, brand, {
    clients: WORLD.clients,
    perClient: WORLD.perClient,
    nextPeriodOn: '2026-01-20',
  })
  for (let n = 0; n < WORLD.paid; n++) {
    const invoice = await issue(means as never, draft(client, { amounts: [1_000n + BigInt(n)] }))
    const now = means.business.now()
    await db.insert('payments', [
      {
        id: means.newId('pay'),
        brand_id: brand.id,
        client_id: client.id,
        invoice_id: invoice.id,
        instance_id: gateway.id,
        method_id: null,
        kind: 'hosted',
        status: 'needs_client',
        currency: 'EUR',
        amount_minor: invoice.total_minor,
        received_minor: 0n,
        fee_minor: 0n,
        effect_key: `start/${n}`,
        attempt: 1,
        reference: `cs_${n}`,
        needs: null,
        decline_code: null,
        decline_message: null,
        retry: null,
        next_check_at: null,
        checks: 0,
        note: null,
        settled_at: null,
        version: 1,
        created_at: now,
        updated_at: now,
      },
    ])
  }
  await db.run(sql`delete from jobs`).catch(() => undefined)
}

/**
 * What a day brings, as often as it takes: every webhook twice, the billing run, and all jobs that follow. It may be
 * started again at any point, as a process that died is.
 */
export async function doTheWork(db: Db): Promise<void> {
  const { means, engine } = await tortureMeans(db)
  const plugins: PluginCalls = {
    call: <T>(_instance: string, _kind: string, _operation: string, input: object) =>
      Promise.resolve(JSON.parse((input as { body: string }).body) as T),
  }
  const runner = engine.runner(handlers(means, plugins), { log: silentLog, alone: true, silentMs: 1_500 })
  await runner.start()
  const payments = await db.all<{
    id: string
    reference: string
    instance_id: string
    amount_minor: bigint
  }>(sql`
    select id, coalesce(effect_key, '') as reference, instance_id, amount_minor from payments where kind = 'hosted' order by effect_key`)
  for (const payment of [...payments, ...payments.toReversed()]) await deliver(means, payment)
  await billDay(billingDeps(means), DAY)
  await engine.drained(60_000)
  await runner.stop()
}

function handlers(means: Means, plugins: PluginCalls): JobHandlers {
  const consumers = [...billingConsumers(means), ...serviceConsumers(means)]
  const payments = { ...means, plugins, translator: (locale: string) => words().translator(locale) }
  return {
    ...billingJobs(payments),
    'events.deliver': ({ ids }: { ids: readonly string[] }) => deliverEvents(means, consumers, ids),
    'billing.document': () => Promise.resolve(),
    'mail.send': () => Promise.resolve(),
    'services.deliver': () => Promise.resolve(),
  }
}

async function deliver(
  means: Means,
  payment: { id: string; reference: string; instance_id: string; amount_minor: bigint },
): Promise<void> {
  const result = {
    outcome: 'succeeded',
    reference: `pi_${payment.reference}`,
    amount: { minor: payment.amount_minor.toString(), currency: 'EUR' },
  }
  const body = JSON.stringify({ facts: [{ fact: 'payment', payment_id: payment.id, result }] })
  const verdict = { verdict: 'accepted', verified: true, eventKey: `evt_${payment.reference}` } as const
  await receiveWebhook(
    means,
    { instanceId: payment.instance_id, headers: {}, body, address: '127.0.0.1' },
    verdict,
  )
}
