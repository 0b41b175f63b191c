import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import {
  billDay,
  chargeDueInvoice,
  inheritSetting,
  listOverrides,
  overrideSetting,
  type Payments,
} from '../../core/billing/index.ts'
import { createClientGroup, groupClient } from '../../core/clients/index.ts'
import { sql, type SqlValue } from '../../core/db/index.ts'
import { addDays, isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'
import { draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const FIRST = isoDate('2026-01-01')

for (const engine of engines) {
  describe(`settings of brand, group, product and client (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const deps = billingDeps(means)
    const staff = staffActor()
    type Scope = 'brand' | 'group' | 'product' | 'client_group' | 'client'
    const set = (key: string, scope: Scope, scope_id: string, value: unknown) =>
      overrideSetting(means, { key, scope, scope_id, value }, staff)
    const bill = (on: string) => {
      means.business.set(`${on}T06:00:00.000Z`)
      return billDay(deps, isoDate(on))
    }
    const column = async (statement: ReturnType<typeof sql>) =>
      (await db.all<{ value: SqlValue }>(statement)).map(({ value }) => value)

    let brand: Awaited<ReturnType<typeof makeBuyer>>['brand']
    beforeEach(async () => {
      means.business.set(`${FIRST}T06:00:00.000Z`)
      await db.run(sql`delete from settings`)
      await db.run(sql`delete from automated_acts where task = 'billing.day'`)
      await db.run(sql`update services set billing_status = 'ended', next_period_on = null`)
      await db.run(sql`update invoices set status = 'void' where status = 'issued'`)
      brand = (await makeBuyer(means)).brand
    })

    /** One client with a service of its own product, due on 31 January. Answers the ids of all its scopes. */
    const family = async () => {
      await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-01-31' })
      const row = await db.get<{ service: string; product: string; client: string; group: string }>(sql`
        select s.id as service, s.product_id as product, s.client_id as client, p.group_id as "group"
        from services s join products p on p.id = s.product_id where s.brand_id = ${brand.id} order by s.id desc limit 1`)
      return row!
    }

    test('say how far ahead an invoice is made, the narrowest first', async () => {
      const families = []
      for (let n = 0; n < 5; n++) families.push(await family())
      const [plain, ofGroup, ofProduct, ofClient, both] = families
      const grouped = await family()
      const vip = await createClientGroup(means, { brand_id: brand.id, name: 'VIP' }, staff)
      await groupClient(means, { client_id: grouped.client, group_id: vip }, staff)
      await set('billing.lead_days', 'product', grouped.product, 3)
      await set('billing.lead_days', 'client_group', vip, 18)
      await set('billing.lead_days', 'brand', brand.id, 10)
      await set('billing.lead_days', 'group', ofGroup!.group, 12)
      await set('billing.lead_days', 'product', ofProduct!.product, 14)
      await set('billing.lead_days', 'client', ofClient!.client, 5)
      await set('billing.lead_days', 'product', both!.product, 20)
      await set('billing.lead_days', 'client', both!.client, 16)
      for (let on = FIRST; on <= isoDate('2026-01-31'); on = addDays(on, 1)) await bill(on)
      const issued = await db.all<{ client_id: string; issued_on: string }>(
        sql`select client_id, issued_on from invoices where brand_id = ${brand.id} order by issued_on`,
      )
      assert.deepEqual(
        issued.map((row) => [row.client_id, row.issued_on]),
        [
          [grouped.client, '2026-01-13'],
          [both!.client, '2026-01-15'],
          [ofProduct!.client, '2026-01-17'],
          [ofGroup!.client, '2026-01-19'],
          [plain!.client, '2026-01-21'],
          [ofClient!.client, '2026-01-26'],
        ],
      )
    })

    test('say when a client is reminded', async () => {
      const [one, two] = [await makeBuyer(means), await makeBuyer(means)]
      await set('billing.remind_before', 'client', one.client.id, [9])
      await set('billing.remind_after', 'brand', two.brand.id, [2])
      for (const { client } of [one, two]) await issue(means, draft(client))
      for (let on = isoDate('2026-01-10'); on <= isoDate('2026-01-24'); on = addDays(on, 1)) await bill(on)
      const steps = (clientId: string) =>
        column(
          sql`select step || ' ' || substr(sent_at, 1, 10) as value from reminders where client_id = ${clientId} order by sent_at`,
        )
      assert.deepEqual(await steps(one.client.id), [
        'before_9 2026-01-11',
        'overdue_1 2026-01-21',
        'overdue_2 2026-01-23',
      ])
      assert.deepEqual(await steps(two.client.id), ['before_3 2026-01-17', 'overdue_1 2026-01-22'])
    })

    test('say when an unpaid service is suspended; a product has days of its own, and a service before all', async () => {
      const families = []
      for (let n = 0; n < 6; n++) families.push(await family())
      const [plain, ownDays, ofProduct, ofClient, itself, ofGroup] = families
      await db.run(sql`update services set grace_days = 1 where id = ${itself!.service}`)
      await db.run(
        sql`update products set grace_days = 3 where id in (${ownDays!.product}, ${ofClient!.product})`,
      )
      await set('billing.suspend_after', 'brand', brand.id, 9)
      await set('billing.suspend_after', 'group', ofGroup!.group, 8)
      await set('billing.suspend_after', 'product', ofProduct!.product, 2)
      await set('billing.suspend_after', 'client', ofClient!.client, 6)
      await set('billing.suspend_after', 'client', itself!.client, 10)
      for (let on = isoDate('2026-01-28'); on <= isoDate('2026-02-12'); on = addDays(on, 1)) await bill(on)
      const held = await db.all<{ service_id: string; day: string }>(sql`
        select h.service_id, substr(h.placed_at, 1, 10) as day from service_holds h join services s on s.id = h.service_id
        where s.brand_id = ${brand.id} order by h.placed_at`)
      assert.deepEqual(
        held.map((row) => [row.service_id, row.day]),
        [
          [itself!.service, '2026-02-01'],
          [ofProduct!.service, '2026-02-02'],
          [ownDays!.service, '2026-02-03'],
          [ofClient!.service, '2026-02-06'],
          [ofGroup!.service, '2026-02-08'],
          [plain!.service, '2026-02-09'],
        ],
      )
    })

    test('walk the plan of declined charges to its end, each day once', async () => {
      const gateway = await makeGateway(means)
      const buyers = [await makeBuyer(means), await makeBuyer(means)]
      await set('billing.charge_retries', 'brand', buyers[1]!.brand.id, [1, 3, 4])
      const now = means.business.now()
      const tries = new Map<string, string[]>()
      for (const { client } of buyers) {
        const method = {
          kind: 'card',
          label: 'Visa 4242',
          preferred: 1,
          consent_at: now,
          created_at: now,
          updated_at: now,
        }
        const reference = `pm_${client.id}`
        await db.insert('payment_methods', [
          { id: means.newId('mth'), client_id: client.id, instance_id: gateway.id, reference, ...method },
        ])
        tries.set((await issue(means, draft(client))).id, [])
      }
      const declined = {
        outcome: 'declined',
        code: 'insufficient_funds',
        message: 'No money',
        retry: 'later',
      }
      const plugins = scriptedGateway(Array<object>(20).fill(declined))
      const payments: Payments = { ...means, plugins }
      for (let on = isoDate('2026-01-18'); on <= isoDate('2026-02-10'); on = addDays(on, 1)) {
        for (let repeat = 0; repeat < 2; repeat++) {
          await bill(on)
          for (const job of means.jobs.entered.splice(0)) {
            if (job.task !== 'billing.charge') continue
            const payload = job.payload as { invoice_id: string; attempt: number }
            tries.get(payload.invoice_id)!.push(`${payload.attempt} ${on}`)
            await chargeDueInvoice(payments, payload)
          }
        }
      }
      assert.deepEqual(
        [...tries.values()],
        [
          ['1 2026-01-20', '2 2026-01-22', '3 2026-01-25'],
          ['1 2026-01-20', '2 2026-01-21', '3 2026-01-23', '4 2026-01-24'],
        ],
      )
      assert.equal(plugins.asked.length, 7)
    })

    test('are set, listed and taken back by staff, with a trail', async () => {
      const { client, product, group } = await family()
      await set('billing.lead_days', 'group', group, 12)
      await set('billing.lead_days', 'product', product, 14)
      const lead = async () => {
        const rows = await listOverrides(means, { scope: 'product', scope_id: product }, staff)
        const row = rows.find(({ setting }) => setting.key === 'billing.lead_days')!
        return [row.own, row.inherited, row.inheritedFrom]
      }
      assert.deepEqual(await lead(), [14, 12, 'group'])
      await inheritSetting(means, { key: 'billing.lead_days', scope: 'product', scope_id: product }, staff)
      assert.deepEqual(await lead(), [undefined, 12, 'group'])
      await inheritSetting(means, { key: 'billing.lead_days', scope: 'group', scope_id: group }, staff)
      assert.deepEqual(await lead(), [undefined, 7, 'preset'])
      assert.deepEqual(
        await column(
          sql`select action || ' ' || coalesce(before_state, '') as value from audit where subject = 'billing.lead_days' order by id desc limit 1`,
        ),
        [`setting.inherit {"scope":"group","scope_id":"${group}","value":"12"}`],
      )
      const rejected = (wish: Promise<void>, code: string) => assert.rejects(wish, { code })
      await rejected(set('billing.lead_days', 'client', client, 61), 'input.invalid')
      await rejected(set('billing.remind_after', 'product', product, [1]), 'input.invalid')
      await rejected(set('billing.none', 'client', client, 1), 'record.not_found')
      await rejected(set('billing.lead_days', 'client', 'cli_none', 1), 'record.not_found')
      const wish = { key: 'billing.lead_days', scope: 'client', scope_id: client, value: 3 }
      await rejected(overrideSetting(means, wish, staffActor(['setting.read'])), 'actor.forbidden')
      await rejected(overrideSetting(means, wish, clientActor(client)), 'actor.forbidden')
      const elsewhere = { ...staffActor(), brandIds: ['brd_other'] }
      await rejected(overrideSetting(means, wish, elsewhere), 'record.not_found')
      await rejected(
        overrideSetting(means, { ...wish, scope: 'brand', scope_id: brand.id }, elsewhere),
        'record.not_found',
      )
    })
  })
}
