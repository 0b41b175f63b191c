import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { nextClients, type DueItem } from '../../core/billing/index.ts'
import { list, sql } from '../../core/db/index.ts'
import { cycle } from '../../core/kernel/index.ts'
import {
  createServices,
  serviceSource,
  servicesWithoutNextCharge,
  showService,
} from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { day, monthlyFrom, openShop, owner, seed, spec, system } from './fixture.ts'

const option = (optionId: string, amountMinor: bigint, quantity = 1) => ({
  optionId,
  valueId: null,
  quantity,
  value: String(quantity),
  label: optionId,
  amountMinor,
  setting: null,
  moduleValue: null,
  priceId: 'prc_o',
})

const shape = (item: DueItem | undefined) =>
  item?.lines.map((line) => [
    line.kind,
    line.periodStart,
    line.periodEnd,
    line.quantity,
    line.unitMinor,
    line.amountMinor,
  ])

for (const engine of engines) {
  describe(`services as a billable source on ${engine}`, async () => {
    let statements = 0
    const { db, remove } = await makeDatabase(engine, { before: () => void statements++ })
    after(remove)
    await seed(db)
    const shop = openShop(db)
    await db.insert('coupons', [
      {
        id: 'cpn_p',
        brand_id: 'brd_a',
        code: 'TEN',
        kind: 'percent',
        percent_ppm: 100_000,
        currency: null,
        amount_minor: null,
        product_ids: '[]',
        status: 'active',
        created_at: '2026-01-01T00:00:00.000Z',
        updated_at: '2026-01-01T00:00:00.000Z',
      },
    ])
    const sell = async (over: Parameters<typeof spec>[0] = {}, status = 'active') => {
      const id = await shop.sell(over)
      await db.run(sql`update services set billing_status = ${status} where id = ${id}`)
      return id
    }
    const due = async (untilOn: string, id: string) => {
      const items = await serviceSource.dueItems(db, { untilOn: day(untilOn), clientIds: ['cli_a', 'cli_b'] })
      return items.find((item) => item.sourceId === id)
    }
    const retire = (id: string) => db.run(sql`update services set next_period_on = null where id = ${id}`)

    test('charges product and options for the period that begins by the day, not a day earlier', async () => {
      const id = await sell({
        quantity: 2,
        amountMinor: 2_000n,
        recurringMinor: 2_600n,
        options: [option('opt_ram', 600n, 4), option('opt_slots', 0n)],
      })
      assert.equal(await due('2026-02-14', id), undefined)
      const item = await due('2026-02-15', id)
      assert.deepEqual(shape(item), [
        ['recurring', '2026-02-15', '2026-03-15', 2, 1_000n, 2_000n],
        ['option', '2026-02-15', '2026-03-15', 4, 150n, 600n],
      ])
      assert.deepEqual(
        [item!.clientId, item!.brandId, item!.currency, item!.dueOn],
        ['cli_a', 'brd_a', 'EUR', '2026-02-15'],
      )
      assert.deepEqual(
        item!.lines.map((line) => line.cause),
        [undefined, 'opt_ram'],
      )
      await retire(id)
    })

    test('counts month ends from the anchor, through a leap year', async () => {
      const id = await sell(monthlyFrom('2028-01-31', '2028-02-29'))
      const item = await due('2028-06-30', id)
      assert.deepEqual(
        item!.lines.map((line) => [line.periodStart, line.periodEnd]),
        [
          ['2028-02-29', '2028-03-31'],
          ['2028-03-31', '2028-04-30'],
          ['2028-04-30', '2028-05-31'],
        ],
      )
      await retire(id)
    })

    test('takes at most three periods at once and the rest the next time', async () => {
      const id = await sell()
      const first = await due('2026-12-31', id)
      assert.equal(first!.lines.length, 3)
      await db.transaction((trx) => serviceSource.advance(trx, [first!]))
      const row = await shop.service(id)
      assert.deepEqual(
        [row.period_index, row.next_period_on, row.charged_through],
        [4, '2026-05-15', '2026-05-15'],
      )
      assert.equal((await due('2026-12-31', id))!.lines[0]!.periodStart, '2026-05-15')
      await retire(id)
    })

    test('discounts as many periods as the coupon has left', async () => {
      const id = await sell({
        recurringMinor: 1_005n,
        amountMinor: 1_005n,
        couponId: 'cpn_p',
        couponCyclesLeft: 2,
      })
      const item = await due('2026-04-15', id)
      assert.deepEqual(
        item!.lines.map((line) => [line.kind, line.periodStart, line.amountMinor]),
        [
          ['recurring', '2026-02-15', 1_005n],
          ['discount', '2026-02-15', -101n],
          ['recurring', '2026-03-15', 1_005n],
          ['discount', '2026-03-15', -101n],
          ['recurring', '2026-04-15', 1_005n],
        ],
      )
      await db.transaction((trx) => serviceSource.advance(trx, [item!]))
      assert.equal((await shop.service(id)).coupon_cycles_left, 0)
      const forever = await sell({ couponId: 'cpn_p', couponCyclesLeft: null })
      const endless = (await due('2026-02-15', forever))!
      await db.transaction((trx) => serviceSource.advance(trx, [endless]))
      assert.equal(endless.lines[1]!.amountMinor, -100n)
      assert.equal((await shop.service(forever)).coupon_cycles_left, null)
      await retire(id)
      await retire(forever)
    })

    test('every cycle is charged for its own length, counted from the anchor', async () => {
      const lengths = {
        ...{ '1m': '2026-02-28', '3m': '2026-04-30', '6m': '2026-07-31' },
        ...{ '1y': '2027-01-31', '2y': '2028-01-31', '3y': '2029-01-31' },
      }
      for (const [text, endsOn] of Object.entries(lengths)) {
        const begins = { anchorOn: day('2026-01-31'), chargedThrough: null, nextPeriodOn: day('2026-01-31') }
        const id = await sell({ cycle: cycle(text), ...begins, periodIndex: 0 })
        assert.equal(await due('2026-01-30', id), undefined)
        assert.deepEqual(shape(await due('2026-01-31', id)), [
          ['recurring', '2026-01-31', endsOn, 1, 1_000n, 1_000n],
        ])
        await retire(id)
      }
    })

    test('goes on being charged when its product is hidden or retired', async () => {
      const id = await sell()
      const before = shape(await due('2026-02-15', id))
      for (const status of ['hidden', 'retired', 'active']) {
        await db.run(sql`update products set status = ${status} where id = 'prd_small'`)
        assert.deepEqual(shape(await due('2026-02-15', id)), before, status)
      }
      assert.equal(before?.length, 1)
      await retire(id)
    })

    test('charges nothing that is free', async () => {
      const nothing = { anchorOn: null, nextPeriodOn: null, chargedThrough: null }
      const id = await sell({ cycle: cycle('free'), ...nothing, amountMinor: 0n, recurringMinor: 0n })
      assert.equal(await due('2030-12-31', id), undefined)
    })

    test('charges nothing that is pending, ended, cancelled for the day or bought once', async () => {
      const pending = await sell({}, 'pending')
      const ended = await sell({}, 'ended')
      const cancelled = await sell({}, 'ending')
      await db.run(sql`update services set cancel_on = '2026-03-15' where id = ${cancelled}`)
      const once = await sell({
        cycle: cycle('once'),
        anchorOn: null,
        nextPeriodOn: null,
        chargedThrough: null,
      })
      assert.equal(await due('2026-12-31', pending), undefined)
      assert.equal(await due('2026-12-31', ended), undefined)
      assert.equal(await due('2026-12-31', once), undefined)
      assert.deepEqual(
        (await due('2026-12-31', cancelled))!.lines.map((line) => line.periodStart),
        ['2026-02-15'],
      )
      await Promise.all([pending, ended, cancelled].map(retire))
    })

    test('leaves suspended services out where the setting says so, brand by brand', async () => {
      const id = await sell()
      await db.run(sql`update services set delivery_status = 'suspended' where id = ${id}`)
      assert.notEqual(await due('2026-02-15', id), undefined)
      const set = (scope: string, scopeId: string, value: string) =>
        db.insert('settings', [
          {
            scope,
            scope_id: scopeId,
            key: 'services.invoice_suspended',
            value,
            updated_by: 'x',
            updated_at: 'x',
          },
        ])
      await set('brand', 'brd_a', 'false')
      assert.equal(await due('2026-02-15', id), undefined)
      await db.run(sql`delete from settings`)
      await set('installation', '', 'false')
      assert.equal(await due('2026-02-15', id), undefined)
      await set('brand', 'brd_a', 'true')
      assert.notEqual(await due('2026-02-15', id), undefined)
      await db.run(sql`delete from settings`)
      await retire(id)
    })

    test('refuses the whole chunk when one service has moved on meanwhile', async () => {
      const [one, two] = [await sell(), await sell()]
      const items = [(await due('2026-02-15', one))!, (await due('2026-02-15', two))!]
      await db.transaction((trx) => serviceSource.advance(trx, [items[1]!]))
      const again = db.transaction((trx) => serviceSource.advance(trx, items))
      await assert.rejects(again, { code: 'record.changed' })
      assert.equal((await shop.service(one)).period_index, 1)
      assert.equal((await shop.service(two)).period_index, 2)
      await retire(one)
      await retire(two)
    })

    test('says why billing days that do not fit cannot be charged', async () => {
      const id = await sell({ anchorOn: null })
      assert.match((await due('2026-02-15', id))!.problem!, /anchor missing/)
      assert.deepEqual((await servicesWithoutNextCharge(db)).map((row) => row.id).includes(id), true)
      await db.run(sql`update services set billing_status = 'ended' where id = ${id}`)
      await retire(id)
    })

    test('walks clients in order and reads any number of services in the same few statements', async () => {
      await db.run(sql`update services set billing_status = 'ended'`)
      await db.transaction((trx) =>
        createServices(
          shop.means,
          trx,
          Array.from({ length: 300 }, (_, i) =>
            spec({
              clientId: i % 2 ? 'cli_a' : 'cli_b',
              options: i % 3 ? [] : [option('opt_ram', 10n)],
              recurringMinor: i % 3 ? 1_000n : 1_010n,
            }),
          ),
          system,
        ),
      )
      await db.run(sql`update services set billing_status = 'active' where billing_status = 'pending'`)
      const query = { untilOn: day('2026-02-15') }
      const next = (after: string) =>
        nextClients(db, [serviceSource], { window: { untilOn: query.untilOn }, after, limit: 1 })
      assert.deepEqual(await next(''), { clientIds: ['cli_a'], sources: [serviceSource] })
      assert.deepEqual(await next('cli_a'), { clientIds: ['cli_b'], sources: [serviceSource] })
      assert.deepEqual(await next('cli_b'), { clientIds: [], sources: [] })
      statements = 0
      const items = await serviceSource.dueItems(db, {
        untilOn: query.untilOn,
        clientIds: ['cli_a', 'cli_b'],
      })
      assert.equal(statements, 1)
      assert.equal(items.length, 300)
      assert.equal(
        items.reduce((sum, item) => sum + item.lines.length, 0),
        400,
      )
      await db.transaction((trx) => serviceSource.advance(trx, items))
      const moved =
        await db.all(sql`select id from services where period_index = 2 and next_period_on = '2026-03-15'
        and id in (${list(items.map((item) => item.sourceId))})`)
      assert.equal(moved.length, 300)
      assert.deepEqual(
        await serviceSource.dueItems(db, { untilOn: query.untilOn, clientIds: ['cli_a', 'cli_b'] }),
        [],
      )
    })

    test('tells on the page what the next charge will be', async () => {
      const id = await sell({
        couponId: 'cpn_p',
        couponCyclesLeft: 1,
        options: [option('opt_ram', 200n)],
        recurringMinor: 1_200n,
      })
      const { nextCharge } = await showService(shop.means, { service_id: id }, owner())
      assert.deepEqual(
        nextCharge!.lines.map((line) => [line.kind, line.amountMinor]),
        [
          ['recurring', 1_000n],
          ['option', 200n],
          ['discount', -120n],
        ],
      )
      await assert.rejects(showService(shop.means, { service_id: id }, owner('cli_b')), {
        code: 'record.not_found',
      })
    })
  })
}
