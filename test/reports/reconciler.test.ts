import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  bookOutcome,
  creditBalance,
  recordPayment,
  startPayment,
  verifyBooks,
  type Payments,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { BerthError, isoDate } from '../../core/kernel/index.ts'
import {
  dismissDiscrepancy,
  reconcileBooks,
  repairDiscrepancy,
  type DiscrepancyRow,
} from '../../core/reports/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

for (const engine of engines)
  describe(`the reconciler (${engine})`, async () => {
    const database = await makeDatabase(engine)
    after(() => database.remove())
    const means = testMeans(database.db, { now: '2026-01-15T10:00:00.000Z' })
    const { db } = means
    const refunding: Payments = {
      ...means,
      plugins: scriptedGateway([
        { outcome: 'succeeded', reference: 're_1' },
        { outcome: 'succeeded', reference: 're_2' },
      ]),
    }
    const open = (): Promise<DiscrepancyRow[]> =>
      db.all<DiscrepancyRow>(sql`select * from discrepancies where status = 'open' order by id`)
    const repair = (row: DiscrepancyRow) => repairDiscrepancy(refunding, { discrepancy_id: row.id }, actor)
    const found = async (kind: string, subject: string): Promise<DiscrepancyRow> => {
      await reconcileBooks(means)
      const row = (await open()).find((one) => one.kind === kind && one.subject_id === subject)
      assert.ok(row, `${kind} of ${subject} is found`)
      return row
    }
    const codeOf = (act: Promise<unknown>): Promise<string> =>
      act.then(
        () => 'done',
        (error: unknown) => (error instanceof BerthError ? error.code : String(error)),
      )

    test('finds nothing in sound books, however often it looks', async () => {
      const { brand, client } = await makeBuyer(means)
      await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-02-01' })
      const invoice = await issue(means, draft(client))
      await recordPayment(
        refunding,
        { invoice_id: invoice.id, amount_minor: '1190', reference: 'sound' },
        actor,
      )
      means.business.advance(1)
      assert.deepEqual(await reconcileBooks(means), { open: 0, found: 0, gone: 0 })
      assert.deepEqual(await reconcileBooks(means), { open: 0, found: 0, gone: 0 })
    })

    test('a service without a next charge gets it where the last one ended', async () => {
      const { brand } = await makeBuyer(means)
      await makeServices(means, brand, { clients: 1, perClient: 2, nextPeriodOn: '2026-01-31' })
      const [one, two] = await db.all<{ id: string }>(
        sql`select id from services where brand_id = ${brand.id} order by id`,
      )
      await db.run(
        sql`update services set next_period_on = null, charged_through = '2026-03-31', period_index = 9 where id = ${one!.id}`,
      )
      await db.run(
        sql`update services set next_period_on = null, anchor_on = null, charged_through = '2026-03-15' where id = ${two!.id}`,
      )
      const row = await found('unplanned', one!.id)
      assert.deepEqual(
        [row.amount_minor, JSON.parse(row.detail)],
        [599n, { name: 'site-0.example', day: '2026-03-31' }],
      )
      await repair(row)
      await repair(await found('unplanned', two!.id))
      const planned = await db.all<object>(
        sql`select anchor_on, period_index, next_period_on from services where brand_id = ${brand.id} order by id`,
      )
      assert.deepEqual(
        planned.map((of) => ({ ...of })),
        [
          { anchor_on: '2026-01-31', period_index: 2, next_period_on: '2026-03-31' },
          { anchor_on: '2026-03-15', period_index: 0, next_period_on: '2026-03-15' },
        ],
      )
      assert.equal(await codeOf(repair(row)), 'state.illegal')
      assert.deepEqual(await open(), [])
    })

    test('a service charged by the hour goes on where its meter stood', async () => {
      const { brand } = await makeBuyer(means)
      await makeServices(means, brand, { clients: 1, perClient: 2, nextPeriodOn: '2026-01-31' })
      const [billed, never] = await db.all<{ id: string }>(
        sql`select id from services where brand_id = ${brand.id} order by id`,
      )
      const hourly = sql`cycle = '1h', next_period_on = null, metered_until = '2026-01-09T23:00:00.000Z'`
      await db.run(
        sql`update services set ${hourly}, anchor_on = '2025-12-10', charged_through = '2026-01-10' where id = ${billed!.id}`,
      )
      await db.run(sql`
        update services set ${hourly}, anchor_on = null, charged_through = null, created_at = '2026-01-09T23:00:00.000Z' where id = ${never!.id}`)
      const row = await found('unplanned', billed!.id)
      assert.equal((JSON.parse(row.detail) as { day: string }).day, '2026-02-10')
      await repair(row)
      await repair(await found('unplanned', never!.id))
      assert.deepEqual(
        (
          await db.all<object>(
            sql`select anchor_on, next_period_on, metered_until from services where brand_id = ${brand.id} order by id`,
          )
        ).map((of) => ({ ...of })),
        [
          ['2025-12-10', '2026-02-10'],
          ['2026-01-10', '2026-02-01'],
        ].map(([anchor_on, next_period_on]) => ({
          ...{ anchor_on, next_period_on, metered_until: '2026-01-09T23:00:00.000Z' },
        })),
      )
      assert.deepEqual(await open(), [])
    })

    test('what was paid and never delivered is delivered, once', async () => {
      const { brand } = await makeBuyer(means)
      await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-02-01' })
      const service = (await db.get<{ id: string; client_id: string }>(
        sql`select id, client_id from services where brand_id = ${brand.id}`,
      ))!
      await db.run(
        sql`update services set delivery_status = 'none', billing_status = 'pending', delivered_at = null where id = ${service.id}`,
      )
      const of = draft({ id: service.client_id, brand_id: brand.id, currency: 'EUR' })
      const invoice = await issue(means, {
        ...of,
        lines: of.lines.map((line) => ({ ...line, sourceId: service.id })),
      })
      await recordPayment(
        refunding,
        { invoice_id: invoice.id, amount_minor: '1190', reference: 'undelivered' },
        actor,
      )
      assert.equal((await reconcileBooks(means)).open, 0, 'it may still be on its way')
      means.business.advance(1)
      const row = await found('undelivered', service.id)
      assert.equal(row.amount_minor, null)
      const both = await Promise.all([codeOf(repair(row)), codeOf(repair(row))])
      assert.equal(both.filter((code) => code === 'done').length, 1, String(both))
      const deliveries = await db.all(sql`select id from deliveries where service_id = ${service.id}`)
      assert.equal(deliveries.length, 1)
      assert.equal(
        (await db.get<{ billing_status: string }>(
          sql`select billing_status from services where id = ${service.id}`,
        ))!.billing_status,
        'active',
      )
    })

    test('a second payment for a paid document goes back through the gateway, once', async () => {
      const { client } = await makeBuyer(means)
      const gateway = await makeGateway(means)
      const invoice = await issue(means, draft(client))
      const now = means.business.now()
      const ids = [means.newId('pay'), means.newId('pay')]
      for (const [i, id] of ids.entries()) {
        await db.insert('payments', [
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
              attempt: i + 1,
              reference: null,
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
        const amount = { minor: '1190', currency: 'EUR' }
        const outcome = {
          outcome: 'succeeded',
          reference: `ch_${i}`,
          amount,
          fee: { minor: '10', currency: 'EUR' },
        } as const
        await db.transaction((trx) =>
          bookOutcome(means, trx, { paymentId: id, outcome: outcome as never }, actor),
        )
      }
      assert.equal(await creditBalance(db, client.id, 'EUR'), 1_190n)
      const row = await found('charged_twice', ids[1]!)
      assert.deepEqual([row.amount_minor, row.currency], [1_190n, 'EUR'])
      assert.equal(
        await codeOf(
          repairDiscrepancy(refunding, { discrepancy_id: row.id }, staffActor(['discrepancy.list'])),
        ),
        'actor.forbidden',
      )
      await repair(row)
      assert.equal(await creditBalance(db, client.id, 'EUR'), 0n)
      const refunds = await db.all<object>(
        sql`select payment_id, amount_minor, destination, status, taken_from from refunds where client_id = ${client.id}`,
      )
      assert.deepEqual(
        refunds.map((of) => ({ ...of })),
        [
          {
            payment_id: ids[1],
            amount_minor: 1_190n,
            destination: 'source',
            status: 'succeeded',
            taken_from: 'credit',
          },
        ],
      )
      assert.equal(await codeOf(repair(row)), 'state.illegal')
      assert.equal((await reconcileBooks(means)).open, 0)
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-17')), [])
    })

    test('what came beyond what was asked for goes back, as long as the client has it', async () => {
      const { client } = await makeBuyer(means)
      const gateway = await makeGateway(means)
      const invoice = await issue(means, draft(client))
      const urls = { return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' }
      const asked = scriptedGateway([{ outcome: 'pending', reference: 'over_1' }])
      const { id } = await startPayment(
        { ...means, plugins: asked },
        { invoice_id: invoice.id, instance_id: gateway.id, ...urls },
        actor,
      )
      const outcome = {
        outcome: 'succeeded',
        ...{ reference: 'over_1', amount: { minor: '1500', currency: 'EUR' } },
      } as const
      await db.transaction((trx) =>
        bookOutcome(means, trx, { paymentId: id, outcome: outcome as never }, actor),
      )
      const row = await found('overpaid', id)
      assert.deepEqual([row.amount_minor, row.currency], [310n, 'EUR'])
      await repair(row)
      assert.equal(await creditBalance(db, client.id, 'EUR'), 0n)
      const refund = await db.get<{ amount_minor: bigint; reason: string }>(
        sql`select amount_minor, reason from refunds where payment_id = ${id}`,
      )
      assert.deepEqual({ ...refund }, { amount_minor: 310n, reason: 'More than was asked for' })
      assert.equal((await reconcileBooks(means)).open, 0)
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-17')), [])
    })

    test('what a gateway reported and we did not know is matched again, and stays away once it fits', async () => {
      const { client } = await makeBuyer(means)
      const gateway = await makeGateway(means)
      const event = {
        ...{
          id: means.newId('whe'),
          instance_id: gateway.id,
          event_key: 'e1',
          verified: 1,
          headers: '{}',
          body: '{}',
        },
        ...{
          status: 'handled',
          outcome: 'unmatched payment ch_404',
          attempts: 1,
          received_at: means.business.now(),
          handled_at: means.business.now(),
        },
      }
      await db.insert('webhook_events', [event])
      means.business.advance(1)
      const row = await found('unknown_transaction', event.id)
      assert.match(row.detail, /unmatched payment ch_404/)
      await repair(row)
      assert.deepEqual(means.jobs.of('billing.webhook'), [{ id: event.id }])
      // Still unknown when it is read again: the next night lists it anew.
      await db.run(sql`update webhook_events set status = 'handled' where id = ${event.id}`)
      assert.equal((await found('unknown_transaction', event.id)).id, row.id)
      await db.run(sql`update webhook_events set outcome = 'payment pay_1 succeeded' where id = ${event.id}`)
      assert.deepEqual(await reconcileBooks(means), { open: 0, found: 0, gone: 1 })
      assert.ok(client.id)
    })

    test('a document whose state does not fit its sums gets the state of its sums', async () => {
      const { client } = await makeBuyer(means)
      const invoice = await issue(means, draft(client))
      await recordPayment(
        refunding,
        { invoice_id: invoice.id, amount_minor: '1190', reference: 'unsettled' },
        actor,
      )
      await db.run(sql`update invoices set status = 'issued', paid_at = null where id = ${invoice.id}`)
      const row = await found('unsettled', invoice.id)
      await repair(row)
      const after = await db.get<{ status: string }>(
        sql`select status from invoices where id = ${invoice.id}`,
      )
      assert.equal(after!.status, 'paid')
      assert.equal((await reconcileBooks(means)).open, 0)
    })

    test('what agrees by now is not repaired, and what staff leave as it is stays away with their reason', async () => {
      const { client } = await makeBuyer(means)
      const invoice = await issue(means, draft(client))
      const breakIt = (status: string) =>
        db.run(sql`update invoices set status = ${status} where id = ${invoice.id}`)
      await breakIt('paid')
      const row = await found('unsettled', invoice.id)
      await breakIt('issued')
      assert.equal(await codeOf(repair(row)), 'discrepancy.gone')
      await breakIt('paid')
      const dismiss = (reason: string) => dismissDiscrepancy(means, { discrepancy_id: row.id, reason }, actor)
      assert.equal(await codeOf(dismiss('')), 'input.invalid')
      await dismiss('Settled outside')
      assert.deepEqual(await reconcileBooks(means), { open: 0, found: 0, gone: 0 })
      assert.equal(await codeOf(repair(row)), 'state.illegal')
      await breakIt('issued')
      assert.equal((await reconcileBooks(means)).gone, 1)
      await breakIt('paid')
      assert.equal((await reconcileBooks(means)).open, 1)
      await breakIt('issued')
    })

    test('staff of another brand neither see nor repair it', async () => {
      const { brand, client } = await makeBuyer(means)
      const other = await makeBuyer(means)
      const invoice = await issue(means, draft(client))
      await db.run(sql`update invoices set status = 'paid' where id = ${invoice.id}`)
      const row = await found('unsettled', invoice.id)
      assert.equal(row.brand_id, brand.id)
      const stranger = { ...staffActor(), brandIds: [other.brand.id] }
      assert.equal(
        await codeOf(repairDiscrepancy(refunding, { discrepancy_id: row.id }, stranger)),
        'record.not_found',
      )
      assert.equal(
        await codeOf(dismissDiscrepancy(means, { discrepancy_id: row.id, reason: 'x' }, stranger)),
        'record.not_found',
      )
    })
  })
