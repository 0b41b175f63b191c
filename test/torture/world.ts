import { billDay } from '../../core/billing/index.ts'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { isoDate, type IsoDate } from '../../core/kernel/index.ts'
import { putSecret } from '../../core/secrets/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { draft, issue, makeBuyer, makeGateway } from '../billing/support.ts'
import type { TestMeans } from '../support/means.ts'
import { DECLINED_METHOD, TODAY, tortureMeans, WEBHOOK_SECRET, withRunner } from './work.ts'

/** As many clients as the run needs for a second chunk, and one or two of everything else that a day brings. */
const RENEWALS = 21
const HOSTED_PAYMENTS = 3

const SCHEME = {
  ...{ scheme: 'hmac', header: 'X-Signature', algorithm: 'sha256', signed: '{t}.{body}', signature: 'v1' },
  ...{ tolerance: 300, secret: 'webhook_secret', event_id: 'id' },
}

/**
 * A small shop on the morning of TODAY: renewals to issue, documents to charge and to remind of, services to suspend,
 * to remove and to end, and clients who have just paid at the gateway's page.
 */
export async function buildWorld(db: Db): Promise<void> {
  const means = (await tortureMeans(db, TODAY)) as unknown as TestMeans
  await db.run(
    sql`create table torture_outside (job text not null, what text not null, told text not null, primary key (job, what))`,
  )
  const { brand, client } = await makeBuyer(means)
  const gateway = await makeWebhookGateway(means)
  const services = (clients: number, nextPeriodOn: string) =>
    makeServices(means, brand, { clients, perClient: 1, nextPeriodOn })
  await services(RENEWALS, '2026-01-20')
  await services(1, '2026-01-10')
  await services(1, '2025-12-16')
  await services(2, '2026-01-15')
  await saveMethods(means, gateway.id)
  for (const day of ['2025-12-09', '2026-01-03', '2026-01-08', '2026-01-09']) await liveDay(db, isoDate(day))
  await services(1, '2026-01-17')
  await cancelAt(means, '2026-01-17', TODAY)
  for (let n = 0; n < HOSTED_PAYMENTS; n++) {
    const invoice = await issue(means, draft(client, { amounts: [1_000n + BigInt(n)] }))
    await openAtGateway(means, { invoice, instanceId: gateway.id, key: `start/${n}` })
  }
  await withRunner(await tortureMeans(db, TODAY), () => Promise.resolve())
}

/** A day before TODAY, with everything that follows from it. */
async function liveDay(db: Db, day: IsoDate): Promise<void> {
  const means = await tortureMeans(db, day)
  await withRunner(means, async () => void (await billDay(billingDeps(means), day)))
}

async function makeWebhookGateway(means: TestMeans) {
  const gateway = await makeGateway(means)
  const manifest = {
    name: 'Gateway',
    kinds: { gateway: ['charge_method', 'handle_event'] },
    webhooks: [SCHEME],
  }
  await means.db.run(
    sql`update plugins set manifest = ${JSON.stringify(manifest)} where id = ${gateway.plugin_id}`,
  )
  await means.db.transaction((trx) =>
    putSecret(trx, means.keys, {
      ...{ ownerId: gateway.id, name: 'webhook_secret', value: WEBHOOK_SECRET },
      ...{ actor: 'torture', now: means.clock.now() },
    }),
  )
  return gateway
}

/** Two clients pay by themselves; the bank takes the first and declines the second. */
async function saveMethods(means: TestMeans, instanceId: string): Promise<void> {
  const rows = await means.db.all<{ client_id: string }>(
    sql`select client_id from services where next_period_on = '2026-01-15' order by id`,
  )
  const now = means.business.now()
  for (const [n, { client_id }] of rows.entries()) {
    await means.db.run(sql`update clients set auto_charge = 1 where id = ${client_id}`)
    await means.db.insert('payment_methods', [
      {
        id: means.newId('mth'),
        client_id,
        instance_id: instanceId,
        reference: n === 1 ? DECLINED_METHOD : `pm_${n}`,
        kind: 'card',
        label: 'Card',
        preferred: 1,
        consent_at: now,
        created_at: now,
        updated_at: now,
      },
    ])
  }
}

async function cancelAt(means: TestMeans, nextPeriodOn: string, day: IsoDate): Promise<void> {
  const service = (await means.db.get<{ id: string; brand_id: string; client_id: string }>(
    sql`select id, brand_id, client_id from services where next_period_on = ${nextPeriodOn}`,
  ))!
  await means.db.run(
    sql`update services set billing_status = 'ending', cancel_on = ${day} where id = ${service.id}`,
  )
  const now = means.business.now()
  await means.db.insert('cancellations', [
    {
      id: means.newId('can'),
      brand_id: service.brand_id,
      client_id: service.client_id,
      service_id: service.id,
      at: 'end',
      reason: 'not_needed',
      effective_on: day,
      status: 'planned',
      requested_by: 'torture',
      created_at: now,
      updated_at: now,
    },
  ])
}

interface Opened {
  invoice: Awaited<ReturnType<typeof issue>>
  instanceId: string
  key: string
}

/** The client has been sent to the gateway's page, and the gateway will tell by webhook. */
async function openAtGateway(means: TestMeans, { invoice, instanceId, key }: Opened): Promise<void> {
  const now = means.business.now()
  await means.db.insert('payments', [
    {
      id: means.newId('pay'),
      brand_id: invoice.brand_id,
      client_id: invoice.client_id,
      invoice_id: invoice.id,
      instance_id: instanceId,
      method_id: null,
      kind: 'hosted',
      status: 'needs_client',
      currency: 'EUR',
      amount_minor: invoice.total_minor,
      received_minor: 0n,
      fee_minor: 0n,
      effect_key: key,
      attempt: 1,
      reference: `cs_${key}`,
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
