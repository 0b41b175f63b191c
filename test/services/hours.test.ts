import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { orderDeps } from '../../core/app/wire/orders-area.ts'
import { billDay, previewBilling, verifyBooks } from '../../core/billing/index.ts'
import { createCoupon, createProduct, publishProduct, setPrice } from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { addDays, cycle, instant, isoDate, toMs, type Instant } from '../../core/kernel/index.ts'
import { placeOrder } from '../../core/orders/index.ts'
import {
  cancelService,
  planHours,
  requestChange,
  type MeteredService,
  type ServiceRow,
} from '../../core/services/index.ts'
import { makeShop } from '../orders/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

const staff = staffActor()
const at = (text: string): Instant => instant(Date.parse(text))

const service = (over: Partial<MeteredService> = {}): MeteredService => ({
  ...{
    id: 'svc_a',
    brand_id: 'brd_a',
    client_id: 'cli_a',
    product_id: 'prd_a',
    product_name: 'Cloud',
    label: 'Cloud',
  },
  ...{
    currency: 'EUR',
    cycle: cycle('1h'),
    quantity: 1,
    price_id: null,
    amount_minor: 2n,
    recurring_minor: 2n,
  },
  ...{ tax_class: 'a', coupon_id: null, coupon_cycles_left: null, anchor_on: isoDate('2026-01-15') },
  ...{
    period_index: 0,
    periods_left: null,
    next_period_on: isoDate('2026-02-01'),
    cancel_on: null,
    zone: 'UTC',
    hour_cap: 0,
  },
  ...{
    metered_until: at('2026-01-15T10:00:00Z'),
    metered_end: null,
    delivered_at: at('2026-01-15T10:20:00Z'),
  },
  ...over,
})
const planned = (on: string, over: Partial<MeteredService> = {}) => {
  const item = planHours(service(over), isoDate(on))
  if (!item) return null
  const step = item.step as { metered_until: string; next_period_on: string | null }
  return [
    ...item.lines.map(
      (line) => `${line.periodStart}–${line.periodEnd} ${line.quantity} h ${line.amountMinor}`,
    ),
    `until ${step.metered_until.slice(0, 16)} next ${step.next_period_on}`,
  ]
}

describe('hours that were used', () => {
  const table: [why: string, lines: string[] | null, expected: string[] | null][] = [
    ['are not charged before the billing day', planned('2026-01-31'), null],
    [
      'count from the delivery, whole ones up to the billing day; the rest of one is carried on',
      planned('2026-02-01'),
      ['2026-01-15–2026-02-01 397 h 794', 'until 2026-01-31T23:20 next 2026-03-01'],
    ],
    [
      'go on from where they were counted',
      planned('2026-03-01', {
        metered_until: at('2026-01-31T23:20:00Z'),
        next_period_on: isoDate('2026-03-01'),
      }),
      ['2026-02-01–2026-03-01 672 h 1344', 'until 2026-02-28T23:20 next 2026-04-01'],
    ],
    [
      'of the month in which summer begins are one fewer',
      planned('2026-04-01', {
        ...{ zone: 'Europe/Berlin', metered_until: at('2026-02-28T23:00:00Z') },
        next_period_on: isoDate('2026-04-01'),
      }),
      ['2026-03-01–2026-04-01 743 h 1486', 'until 2026-03-31T22:00 next 2026-05-01'],
    ],
    [
      'are no more than the cap of the month',
      planned('2026-02-01', { hour_cap: 300 }),
      ['2026-01-15–2026-02-01 300 h 600', 'until 2026-01-31T23:20 next 2026-03-01'],
    ],
    [
      'of two months that were missed are two lines, each with its cap',
      planned('2026-03-05', { hour_cap: 300 }),
      [
        '2026-01-15–2026-02-01 300 h 600',
        '2026-02-01–2026-03-01 300 h 600',
        'until 2026-02-28T23:20 next 2026-04-01',
      ],
    ],
    [
      'end with the service, its last one counting whole, on any day',
      planned('2026-01-20', { metered_end: at('2026-01-15T12:21:00Z') }),
      ['2026-01-15–2026-01-16 3 h 6', 'until 2026-01-15T12:21 next null'],
    ],
    [
      'wait after the end for the next day',
      planned('2026-01-15', { metered_end: at('2026-01-15T12:21:00Z') }),
      null,
    ],
    [
      'in blocks of six: the block that has begun at the end counts',
      planned('2026-01-20', { cycle: cycle('6h'), metered_end: at('2026-01-15T17:00:00Z') }),
      ['2026-01-15–2026-01-16 2 h 4', 'until 2026-01-15T17:00 next null'],
    ],
    [
      'are none before anything was delivered',
      planned('2026-02-01', { delivered_at: null }),
      ['until 2026-02-01T00:00 next 2026-03-01'],
    ],
  ]
  for (const [why, lines, expected] of table)
    test(why, () => {
      assert.deepEqual(lines, expected)
    })

  test('add up to the whole time however often they are charged, and to nothing twice', () => {
    const days = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(days, fc.integer({ min: 0, max: 400 * 1_440 }), (runs, minutes) => {
        const start = toMs(at('2026-01-15T10:20:00Z'))
        const end = instant(start + minutes * 60_000)
        let now = service()
        let hours = 0
        const run = (on: ReturnType<typeof isoDate>, metered_end: Instant | null) => {
          const item = planHours({ ...now, metered_end }, on)
          if (!item) return
          hours += item.lines.reduce((sum, line) => sum + line.quantity, 0)
          const step = item.step as { metered_until: Instant; next_period_on: ReturnType<typeof isoDate> }
          now = { ...now, metered_until: step.metered_until, next_period_on: step.next_period_on }
        }
        for (const on of runs.map((n) => addDays(isoDate('2026-01-15'), n)).sort())
          if (on <= end.slice(0, 10)) run(on, null)
        run(isoDate('2028-01-01'), end)
        assert.equal(hours, Math.ceil(minutes / 60))
      }),
    )
  })
})

for (const engine of engines) {
  describe(`a product by the hour on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = { ...testMeans(db, { now: '2026-01-15T10:00:00.000Z' }), changes: changePorts }
    const deps = orderDeps(means)
    let shop: Awaited<ReturnType<typeof makeShop>>
    let id: string
    let orderInvoice: string
    beforeEach(async () => {
      means.business.set('2026-01-15T10:00:00.000Z')
      await db.run(sql`delete from settings`)
      await db.run(sql`delete from automated_acts where task = 'billing.day'`)
      await db.run(
        sql`update services set billing_status = 'ended', next_period_on = null, metered_end = null`,
      )
      shop = await makeShop(means)
      const base = {
        group_id: shop.groupId,
        slug: `cloud-${shop.brand.id.slice(-8).toLowerCase()}`,
        kind: 'vps',
        asks: false,
      }
      const product = await createProduct(means, { ...base, name: 'Cloud S' }, staff)
      await setPrice(
        means,
        { owner_id: product, cycle: '1h', currency: 'EUR', amount: '0.02', setup: '1.00' },
        staff,
      )
      await publishProduct(means, { id: product }, staff)
      const items = [{ product_id: product, cycle: '1h' }]
      const placed = await placeOrder(deps, shop.order({ items }), shop.buyer)
      id = placed.service_ids[0]!
      orderInvoice = placed.invoice_id
    })
    const row = async () => (await db.get<ServiceRow>(sql`select * from services where id = ${id}`))!
    const deliver = () =>
      db.run(sql`
        update services set billing_status = 'active', delivery_status = 'live', delivered_at = ${'2026-01-15T10:20:00.000Z'}
        where id = ${id}`)
    const bill = async (on: string) => {
      means.business.set(`${on}T06:00:00.000Z`)
      await billDay(billingDeps(means), isoDate(on))
      assert.deepEqual(await verifyBooks(db, isoDate(on)), [])
    }
    const documents = async () =>
      (
        await db.all<{ text: string }>(sql`
          select i.issued_on || ' due ' || i.due_on || ' ' || l.kind || ' ' || cast(l.quantity as text) || ' × ' || cast(l.unit_minor as text) as text
          from invoices i join invoice_lines l on l.invoice_id = i.id
          where l.source_id = ${id} and i.id <> ${orderInvoice} order by i.issued_on, l.position`)
      ).map(({ text }) => text)

    test('costs its set-up when it is ordered, and its hours when they were used', async () => {
      const first = await db.all<{ text: string }>(sql`
        select kind || ' ' || cast(amount_minor as text) as text from invoice_lines where invoice_id = ${orderInvoice} order by position`)
      assert.deepEqual(
        first.map(({ text }) => text),
        ['once 0', 'setup 100'],
      )
      const before = await row()
      assert.deepEqual(
        [before.recurring_minor, before.next_period_on, before.charged_through, before.metered_until],
        [2n, '2026-02-01', null, '2026-01-15T10:00:00.000Z'],
      )
      await deliver()
      await bill('2026-01-31')
      assert.deepEqual(await documents(), [])
      const preview = await previewBilling(means, billingDeps(means), {
        today: isoDate('2026-01-31'),
        days: 1,
      })
      assert.equal(preview.invoices.find(({ clientId }) => clientId === shop.client.id)?.netMinor, 792n)
      await bill('2026-02-01')
      await bill('2026-02-01')
      // 15 January 11:20 in Berlin to the midnight of 1 February: 396 whole hours.
      assert.deepEqual(await documents(), ['2026-02-01 due 2026-02-01 recurring 396 × 2'])
      assert.deepEqual(
        [(await row()).next_period_on, (await row()).metered_until],
        ['2026-03-01', '2026-01-31T22:20:00.000Z'],
      )
    })

    test('cancelled it ends at once, and its last hours are charged by the next run', async () => {
      await deliver()
      await bill('2026-02-01')
      means.business.set('2026-02-03T10:00:00.000Z')
      await cancelService(means, { service_id: id, reason: 'Done' }, shop.buyer)
      assert.equal((await row()).billing_status, 'ended')
      await bill('2026-02-04')
      // 31 January 22:20 to 3 February 10:00, UTC: 59 hours and 40 minutes.
      assert.deepEqual((await documents())[1], '2026-02-04 due 2026-02-04 recurring 60 × 2')
      assert.deepEqual([(await row()).next_period_on, (await row()).metered_end], [null, null])
      await bill('2026-03-01')
      assert.equal((await documents()).length, 2)
    })

    test('is lowered by a coupon that its order has nothing for, as often as the coupon says, and uses it', async () => {
      await db.run(sql`update services set billing_status = 'ended', next_period_on = null where id = ${id}`)
      const product_id = (await row()).product_id
      const price = { owner_id: product_id, cycle: '1h', currency: 'EUR', amount: '0.02', setup: '0.00' }
      await setPrice(means, price, staff)
      const coupon = { brand_id: shop.brand.id, code: 'HALF', percent: '50', cycles: 1, uses_max: 1 }
      await createCoupon(means, coupon, staff)
      const items = [{ product_id, cycle: '1h' }]
      const placed = await placeOrder(deps, shop.order({ items, coupon_code: 'HALF' }), shop.buyer)
      id = placed.service_ids[0]!
      orderInvoice = placed.invoice_id
      await deliver()
      await bill('2026-02-01')
      await bill('2026-03-01')
      assert.deepEqual(await documents(), [
        '2026-02-01 due 2026-02-01 recurring 396 × 2',
        '2026-02-01 due 2026-02-01 discount 1 × -396',
        '2026-03-01 due 2026-03-01 recurring 672 × 2',
      ])
      await assert.rejects(placeOrder(deps, shop.order({ items, coupon_code: 'HALF' }), shop.buyer), {
        code: 'coupon.used_up',
      })
    })

    test('with a cap costs no more than so many hours a month', async () => {
      await deliver()
      const product = (await row()).product_id
      await db.insert('settings', [
        {
          ...{ key: 'services.hour_cap', scope: 'product', scope_id: product, value: '300', version: 1 },
          ...{ updated_by: 'test', updated_at: means.business.now() },
        },
      ])
      await bill('2026-02-01')
      assert.deepEqual(await documents(), ['2026-02-01 due 2026-02-01 recurring 300 × 2'])
      const wish = { service_id: id, quantity: 2 }
      await assert.rejects(requestChange(means, wish, shop.buyer), { code: 'service_change.not_possible' })
    })
  })
}
