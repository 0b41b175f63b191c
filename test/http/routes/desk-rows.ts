import { sql } from '../../../core/db/index.ts'
import type { TestMeans } from '../../support/means.ts'
import type { WorldIds } from '../admin/fill-desk.ts'

/** What staff look after: mails, events of gateways, coupons, notes, parked clients. */
export async function makeDeskRows(means: TestMeans, ids: WorldIds) {
  const { db } = means
  const now = means.business.now()
  const times = { created_at: now, updated_at: now }
  const [message, webhookEvent, coupon, serverGroup, serverAccount] = [
    means.newId('msg'),
    means.newId('whe'),
    means.newId('cpn'),
    means.newId('svg'),
    means.newId('sac'),
  ]
  await db.insert('messages', [
    {
      id: message,
      brand_id: ids.brand,
      client_id: ids.client,
      template: 'service-ready',
      message_key: 'first',
      subject_of: ids.service,
      to_address: 'ada@client.example',
      to_name: 'Ada',
      sender: 'Kontor <hello@kontor.example>',
      subject: 'Your server is ready',
      html: '<p>Ready</p>',
      plain: 'Ready',
      attachments: '[]',
      status: 'sent',
      sent_at: now,
      ...times,
    },
  ])
  await db.insert('webhook_events', [
    {
      id: webhookEvent,
      instance_id: ids.instance,
      event_key: 'evt_0',
      verified: 1,
      headers: '{}',
      body: '{}',
      status: 'received',
      received_at: now,
    },
  ])
  await db.insert('coupons', [
    {
      id: coupon,
      brand_id: ids.brand,
      code: 'SUMMER',
      kind: 'percent',
      percent_ppm: 100_000,
      product_ids: JSON.stringify([ids.product]),
      status: 'active',
      ...times,
    },
  ])
  await db.run(sql`update services set coupon_id = ${coupon} where id = ${ids.service}`)
  await db.run(sql`update carts set coupon_codes = '["SUMMER"]' where brand_id = ${ids.brand}`)
  await db.insert('coupon_uses', [
    { id: means.newId('cpu'), coupon_id: coupon, order_id: ids.order, client_id: ids.client, used_at: now },
  ])
  await db.insert('server_groups', [{ id: serverGroup, name: 'Falkenstein', fill: 'least_used', ...times }])
  await db.run(sql`update servers set group_id = ${serverGroup} where id = ${ids.server}`)
  await db.insert('server_accounts', [
    {
      ...{ id: serverAccount, server_id: ids.server, brand_id: ids.brand, client_id: ids.client },
      ...{ service_id: ids.service, remote_id: '7', name: 'play-7', state: 'suspended', kind: 'differs' },
      ...{ round: 'first', found_at: now },
    },
  ])
  await db.insert('contacts', [
    {
      id: means.newId('cnt'),
      client_id: ids.client,
      name: 'Bo Kai',
      email: 'bo@client.example',
      topics: '["invoices"]',
      ...times,
    },
  ])
  await db.insert('client_notes', [
    {
      id: means.newId('nte'),
      client_id: ids.client,
      author: 'usr_staff',
      author_name: 'Staff',
      body: 'Calls on Fridays',
      ...times,
    },
  ])
  await db.insert('parked_clients', [
    { client_id: ids.otherClient, run_id: 'run_1', reason: 'no tax rule', parked_at: now, attempts: 1 },
  ])
  await db.insert('plugin_log', [
    {
      id: means.newId('req'),
      instance_id: ids.instance,
      level: 'info',
      operation: 'look_up',
      message: 'asked',
      facts: '{}',
      duration_ms: 5,
      occurred_at: now,
    },
  ])
  const run = means.newId('run')
  await db.insert('billing_runs', [
    {
      id: run,
      kind: 'renewals',
      as_of_on: '2019-12-31',
      status: 'completed',
      position: '',
      fence: 1,
      counts: JSON.stringify({ invoices: 1, parked: 0, totals: { EUR: '100' } }),
      started_at: now,
      ended_at: now,
      updated_at: now,
    },
  ])
  return { message, webhookEvent, coupon, serverGroup, serverAccount, run }
}
