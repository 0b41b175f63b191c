import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { billDay, recordPayment, verifyBooks } from '../../core/billing/index.ts'
import { createPriceList, setPrice } from '../../core/catalog/index.ts'
import { createClientGroup } from '../../core/clients/index.ts'
import { sql } from '../../core/db/index.ts'
import { addDays, isoDate, type BerthError } from '../../core/kernel/index.ts'
import {
  cancelService,
  moveRenewal,
  moveService,
  previewTransfer,
  requestChange,
  serviceSource,
  type ServiceRow,
} from '../../core/services/index.ts'
import { noteMovements } from '../../core/reports/recurring/note-movements.ts'
import { makeServices } from '../billing/make-services.ts'
import { makeBuyer, makeGateway, scriptedGateway } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient, makeMembership, makeUser, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

const staff = staffActor()

for (const engine of engines) {
  describe(`money of a service that passes to another client (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const plugins = scriptedGateway([])
    const means = { ...testMeans(db), changes: changePorts, plugins }
    const deps = billingDeps(means)
    let service: ServiceRow
    let brandId: string
    let giver: string
    let receiver: string
    let instanceId: string

    /** A service of 5.99 a month before tax, renewed on 20 January and paid; it is the 25th. */
    beforeEach(async () => {
      await db.run(sql`delete from settings`)
      await db.run(sql`delete from automated_acts where task = 'billing.day'`)
      await db.run(sql`update services set billing_status = 'ended', next_period_on = null`)
      means.business.set('2026-01-20T06:00:00.000Z')
      const { brand } = await makeBuyer(means)
      brandId = brand.id
      await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-01-20' })
      service = await reread()
      giver = service.client_id
      receiver = (await makeClient(means, { brand_id: brandId })).id
      instanceId = (await makeGateway(means)).id
      await price('5.99')
      await bill('2026-01-20')
      await pay()
      means.business.set('2026-01-25T06:00:00.000Z')
      service = await reread()
    })

    const reread = async () =>
      (await db.get<ServiceRow>(sql`select * from services where brand_id = ${brandId} order by id limit 1`))!
    const price = (amount: string, more: object = {}) => {
      const owned = { owner_id: service.product_id, cycle: '1m', currency: 'EUR' }
      return setPrice(means, { ...owned, amount, ...more }, staff)
    }
    const bill = async (on: string) => {
      means.business.set(`${on}T06:00:00.000Z`)
      await billDay(deps, isoDate(on))
    }
    const pay = async () => {
      const open = await db.all<{ id: string; total_minor: bigint }>(
        sql`select id, total_minor from invoices where brand_id = ${brandId} and status = 'issued' order by id`,
      )
      for (const { id, total_minor } of open) {
        const input = { invoice_id: id, amount_minor: String(total_minor), reference: `paid ${id}` }
        await recordPayment(means, { ...input, instance_id: instanceId }, staff)
      }
    }
    const until = async (last: string) => {
      for (let on = addDays(means.business.today('UTC'), 1); on <= last; on = addDays(on, 1)) {
        await bill(on)
        await pay()
      }
    }
    const move = (more: object = {}) =>
      moveService(
        means,
        { service_id: service.id, to_client_id: receiver, reason: 'Sold the site', ...more },
        staff,
      )
    const preview = (more: object = {}) =>
      previewTransfer(means, { service_id: service.id, to_client_id: receiver, ...more }, staff)
    const charges = () =>
      db
        .all<{ client_id: string; period_start: string; amount_minor: bigint }>(
          sql`select client_id, period_start, amount_minor from charges where source_id = ${service.id} and cause not like 'dropped/%'
            order by period_start, kind desc`,
        )
        .then((rows) =>
          rows.map((row) => [
            row.client_id === giver ? 'giver' : 'receiver',
            row.period_start,
            Number(row.amount_minor),
          ]),
        )
    const credit = async (clientId: string) =>
      Number(
        (await db.get<{ minor: bigint | null }>(sql`
          select -sum(amount_minor) as minor from postings where account = 'client_credit' and client_id = ${clientId}`))!
          .minor ?? 0n,
      )
    const blocked = (obstacle: string) => (error: unknown) => {
      const { code, params } = error as BerthError
      assert.deepEqual([code, params.obstacle], ['service_transfer.blocked', obstacle])
      return true
    }
    const code = (wanted: string) => (error: unknown) => (error as BerthError).code === wanted
    const clean = async () =>
      assert.deepEqual(await verifyBooks(db, isoDate(means.business.today('Europe/Berlin'))), [])
    const invoices = () =>
      db.all(
        sql`select id, client_id, number, document_hash from invoices where brand_id = ${brandId} order by id`,
      )

    test('each paid day is charged once over both clients, and nothing issued changes its client', async () => {
      const before = await invoices()
      const done = await move()
      assert.deepEqual([done.status, done.to_client_id], ['done', receiver])
      assert.deepEqual(await invoices(), before)
      const moved = await reread()
      assert.deepEqual(
        [moved.client_id, moved.next_period_on, moved.charged_through],
        [receiver, '2026-02-20', '2026-02-20'],
      )
      await until('2026-03-21')
      assert.deepEqual(await charges(), [
        ['giver', '2026-01-20', 599],
        ['receiver', '2026-02-20', 599],
        ['receiver', '2026-03-20', 599],
      ])
      await clean()
    })

    test('the receiver pays the price of their own list, from the next period on', async () => {
      const listId = await createPriceList(means, { brand_id: brandId, name: 'Agencies' }, staff)
      await price('4.00', { list_id: listId })
      const group = await createClientGroup(
        means,
        { brand_id: brandId, name: 'Agencies', price_list_id: listId },
        staff,
      )
      await db.run(sql`update clients set client_group_id = ${group} where id = ${receiver}`)
      assert.deepEqual(
        (await preview()).taken.map(({ recurringMinor }) => recurringMinor),
        [400n],
      )
      await move()
      await until('2026-02-21')
      assert.deepEqual(await charges(), [
        ['giver', '2026-01-20', 599],
        ['receiver', '2026-02-20', 400],
      ])
      await clean()
    })

    test('a price that exists no more is refused, unless staff keep the one that it has', async () => {
      await price('9.00')
      assert.equal((await preview()).taken[0]!.recurringMinor, 900n)
      await db.run(
        sql`update prices set retired_at = ${means.business.now()} where owner_id = ${service.product_id}`,
      )
      await assert.rejects(move(), code('service_transfer.not_priced'))
      await move({ prices: 'same' })
      assert.equal((await reread()).recurring_minor, 599n)
    })

    test('coupon, discounts, method and days of grace of the giver stay behind', async () => {
      const now = means.business.now()
      await db.insert('service_discounts', [
        {
          ...{ id: 'dis_1', service_id: service.id, position: 200, cause: 'stay_offer', cause_id: 'sto_1' },
          ...{ label: 'Thanks', percent_ppm: 500_000, amount_minor: null, periods_left: 3, bond_id: null },
          ...{ ended_at: null, created_at: now },
        },
      ])
      await db.run(sql`
        update services set method_id = 'pmt_giver', auto_charge = 0, grace_days = 60, suspend_after = '2026-06-01' where id = ${service.id}`)
      await move()
      const { method_id, auto_charge, grace_days, suspend_after, coupon_id } = await reread()
      assert.deepEqual(
        { method_id, auto_charge, grace_days, suspend_after, coupon_id },
        { method_id: null, auto_charge: 1, grace_days: null, suspend_after: null, coupon_id: null },
      )
      await until('2026-02-21')
      assert.deepEqual((await charges()).at(-1), ['receiver', '2026-02-20', 599])
      await clean()
    })

    test('what was charged and stands on no document is settled by the giver first', async () => {
      await db.insert('settings', [
        {
          ...{ key: 'billing.invoice_minimum', scope: 'client', scope_id: giver, version: 1 },
          ...{ value: '{"EUR":"50"}', updated_by: 'test', updated_at: means.business.now() },
        },
      ])
      await until('2026-02-21')
      assert.equal((await invoices()).length, 1, 'carried to the next document')
      await assert.rejects(move(), blocked('unbilled_periods'))
      const later = { service_id: service.id, to_on: '2026-04-01', effect: 'charge', reason: 'Later' }
      await moveRenewal(means, later, staff)
      await pay()
      await assert.rejects(move(), blocked('unbilled_periods'))
      assert.deepEqual(
        (await preview()).obstacles.map(({ name }) => name),
        ['unbilled_periods'],
      )
      await db.run(sql`delete from settings`)
      await until('2026-04-02')
      const before = await charges()
      await move()
      assert.ok(before.every(([client]) => client === 'giver'))
      assert.equal((await reread()).next_period_on, '2026-05-01')
      await until('2026-05-02')
      assert.deepEqual((await charges()).slice(before.length), [['receiver', '2026-05-01', 599]])
      await clean()
    })

    test('a run that planned for the giver charges nobody once the service has moved', async () => {
      const window = { untilOn: isoDate('2026-02-20'), clientIds: [giver] }
      const items = await serviceSource.dueItems(db, window)
      await move()
      await assert.rejects(
        db.transaction((trx) => serviceSource.advance(trx, items)),
        code('record.changed'),
      )
    })

    test('what is owed stands in the way, by name', async () => {
      await bill('2026-02-20')
      await assert.rejects(move(), blocked('unpaid_invoice'))
      assert.deepEqual(
        (await preview()).obstacles.map(({ name }) => name),
        ['unpaid_invoice'],
      )
      await pay()
      await db.run(sql`update services set paused_on = '2026-02-20' where id = ${service.id}`)
      await assert.rejects(move(), blocked('paused'))
      await db.run(
        sql`update services set paused_on = null, trial_ends_on = '2026-03-20' where id = ${service.id}`,
      )
      await assert.rejects(move(), blocked('on_trial'))
      await db.run(sql`update services set trial_ends_on = null where id = ${service.id}`)
      await cancelService(means, { service_id: service.id, at: 'end', reason: 'Moving' }, staff)
      await assert.rejects(move(), blocked('cancellation'))
    })

    test('an open dispute stands in the way', async () => {
      const payment = (await db.get<{ id: string }>(sql`select id from payments where client_id = ${giver}`))!
      const now = means.business.now()
      await db.insert('disputes', [
        {
          ...{
            id: 'dsp_1',
            payment_id: payment.id,
            client_id: giver,
            instance_id: instanceId,
            reference: 'du_1',
          },
          ...{ status: 'open', reason: 'fraud', currency: 'EUR', amount_minor: 713n, evidence_due_at: null },
          ...{ version: 1, created_at: now, updated_at: now },
        },
      ])
      await assert.rejects(move(), blocked('dispute'))
      await db.run(sql`update disputes set status = 'won' where id = 'dsp_1'`)
      await move()
    })

    test('another currency, brand, state or the same client is refused by name', async () => {
      const to = (columns: object) => makeClient(means, { brand_id: brandId, ...columns })
      const dollars = await to({ currency: 'USD' })
      await assert.rejects(move({ to_client_id: dollars.id }), code('service_transfer.currency'))
      const closed = await to({ status: 'closed' })
      await assert.rejects(move({ to_client_id: closed.id }), code('client.not_active'))
      await assert.rejects(move({ to_client_id: giver }), code('service_transfer.same_client'))
      const other = await makeBuyer(means)
      await assert.rejects(move({ to_client_id: other.client.id }), code('service_transfer.brand'))
      await assert.rejects(
        moveService(
          means,
          { service_id: service.id, to_client_id: receiver, reason: 'x' },
          staffActor(['service.*']),
        ),
        code('actor.forbidden'),
      )
      assert.equal((await reread()).client_id, giver)
    })

    test('time that the giver paid is given back to nobody', async () => {
      const setting = (key: string, value: string) =>
        db.insert('settings', [
          {
            ...{ key, scope: 'product', scope_id: service.product_id, value: JSON.stringify(value) },
            ...{ version: 1, updated_by: 'test', updated_at: means.business.now() },
          },
        ])
      await setting('services.unused_on_cancel', 'refund')
      await move()
      const back = { service_id: service.id, to_on: '2026-02-01', effect: 'charge', reason: 'Earlier' }
      await assert.rejects(moveRenewal(means, back, staff), code('service_change.not_possible'))
      const { returnedMinor } = await cancelService(
        means,
        { service_id: service.id, at: 'now', reason: 'Moving' },
        staff,
      )
      assert.deepEqual([returnedMinor, await credit(giver), await credit(receiver)], [0n, 0, 0])
      await clean()
    })

    test('what the receiver has paid themselves is given back as ever', async () => {
      await db.insert('settings', [
        {
          ...{ key: 'services.unused_on_cancel', scope: 'product', scope_id: service.product_id },
          ...{
            value: JSON.stringify('credit'),
            version: 1,
            updated_by: 'test',
            updated_at: means.business.now(),
          },
        },
      ])
      await move()
      await until('2026-02-20')
      const { returnedMinor } = await cancelService(
        means,
        { service_id: service.id, at: 'now', reason: 'Moving' },
        staff,
      )
      assert.equal(returnedMinor, 713n)
      assert.deepEqual([await credit(giver), await credit(receiver)], [0, 713])
      await clean()
    })

    test('another plan waits for time of one’s own where it would be counted at a price nobody paid', async () => {
      await price('9.00')
      await move()
      const wish = { service_id: service.id, quantity: 2 }
      await assert.rejects(requestChange(means, wish, staff), code('service_change.not_possible'))
      await until('2026-02-20')
      assert.equal((await requestChange(means, wish, staff)).status, 'pending')
    })

    test('add-ons move with their service, and cannot move alone', async () => {
      const part = { ...service, id: means.newId('svc'), parent_id: service.id, label: 'Backup', version: 1 }
      await db.insert('services', [part])
      await assert.rejects(move({ service_id: part.id }), blocked('part_of_another'))
      await move()
      const rows = await db.all<{ client_id: string }>(
        sql`select client_id from services where id in (${service.id}, ${part.id})`,
      )
      assert.deepEqual(
        rows.map(({ client_id }) => client_id),
        [receiver, receiver],
      )
    })

    test('rights on the service alone end with its giver', async () => {
      const user = await makeUser(means)
      await makeMembership(means, { client_id: giver, user_id: user.id, service_id: service.id, owner: 0 })
      await move()
      assert.deepEqual(await db.all(sql`select id from memberships where service_id = ${service.id}`), [])
    })

    test('recurring revenue counts it once before and after', async () => {
      means.business.set('2026-01-26T06:00:00.000Z')
      await noteMovements(means)
      await move()
      means.business.set('2026-01-27T06:00:00.000Z')
      await noteMovements(means)
      const rows = await db.all<{ moved_minor: bigint }>(
        sql`select moved_minor from recurring_movements where service_id = ${service.id}`,
      )
      assert.deepEqual(
        rows.map(({ moved_minor }) => moved_minor),
        [599n],
      )
    })

    test('a client cannot move it at once', async () => {
      await assert.rejects(
        moveService(
          means,
          { service_id: service.id, to_client_id: receiver, reason: 'x' },
          clientActor(giver),
        ),
        code('actor.forbidden'),
      )
    })
  })
}
