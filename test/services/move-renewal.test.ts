import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { billDay, verifyBooks } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { addDays, cycle, daysBetween, isoDate } from '../../core/kernel/index.ts'
import {
  alignRenewals,
  moveRenewal,
  planMove,
  previewAlignment,
  previewMove,
  serviceSource,
  type ChangeMeans,
  type ServiceRow,
} from '../../core/services/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { makeBuyer } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

const staff = staffActor()

describe('a renewal that moves', () => {
  const service = (over: object = {}) =>
    ({
      ...{ id: 'svc_a', currency: 'EUR', cycle: cycle('1m'), tax_class: 'a', recurring_minor: 3_100n },
      ...{ anchor_on: isoDate('2026-01-15'), period_index: 1, charged_through: isoDate('2026-02-15') },
      ...{ spans: null, zone: 'UTC', price_id: null },
      ...over,
    }) as unknown as ServiceRow
  const move = (toOn: string, effect: 'charge' | 'free' = 'charge', over: object = {}) => {
    const plan = planMove({
      ...{ service: service(over), name: 'Small', today: isoDate('2026-01-20'), toOn: isoDate(toOn), effect },
      ...{ mode: 'day', changeId: 'chn_a', loweredIn: () => [], leftOf: () => null },
    })!
    return plan.lines.map((line) => `${line.periodStart}–${line.periodEnd} ${line.amountMinor}`)
  }
  const table: [why: string, lines: string[], expected: string[]][] = [
    [
      'later: the days between are a part of the period that would end on the new day',
      move('2026-02-20'),
      // 5 of the 31 days from 20 January to 20 February.
      ['2026-02-15–2026-02-20 500'],
    ],
    [
      'later by more than a period: each period by itself',
      move('2026-04-01'),
      ['2026-02-15–2026-03-01 1550', '2026-03-01–2026-04-01 3100'],
    ],
    ['later for free: nothing is charged', move('2026-02-20', 'free'), []],
    [
      'earlier: the days that are taken away are given back',
      move('2026-02-01'),
      ['2026-02-01–2026-02-15 -1400'],
    ],
    [
      'a year by its days',
      move('2027-02-01', 'charge', {
        ...{ cycle: cycle('1y'), recurring_minor: 36_500n, charged_through: isoDate('2027-01-15') },
      }),
      ['2027-01-15–2027-02-01 1700'],
    ],
  ]
  for (const [why, lines, expected] of table)
    test(why, () => {
      assert.deepEqual(lines, expected)
    })

  test('there and back costs nothing, and no charged day is lost or counted twice', () => {
    const days = fc.integer({ min: 0, max: 200 })
    fc.assert(
      fc.property(days, fc.bigInt({ min: 0n, max: 1_000_000n }), (by, recurring_minor) => {
        const before = service({ recurring_minor })
        const of = { name: 'A', today: isoDate('2026-01-20'), effect: 'charge', mode: 'day' } as const
        const facts = { ...of, loweredIn: () => [], leftOf: () => null }
        const there = planMove({
          ...facts,
          ...{ service: before, toOn: addDays(isoDate('2026-02-16'), by), changeId: 'chn_a' },
        })!
        const moved = service({
          ...{ recurring_minor, anchor_on: there.days.anchorOn, period_index: there.days.periodIndex },
          ...{ charged_through: there.days.chargedThrough, spans: JSON.stringify(there.days.spans) },
        })
        const back = planMove({ ...facts, service: moved, toOn: before.charged_through!, changeId: 'chn_b' })!
        assert.equal(there.totalMinor + back.totalMinor, 0n)
        const length = (spans: readonly { from: string; to: string }[]) =>
          spans.reduce((sum, { from, to }) => sum + daysBetween(isoDate(from), isoDate(to)), 0)
        assert.equal(length(back.days.spans), 31)
      }),
    )
  })
})

for (const engine of engines) {
  describe(`renewal days set by staff on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = { ...testMeans(db, { now: '2026-01-20T06:00:00.000Z' }), changes: changePorts }
    const deps = billingDeps(means)
    let services: ServiceRow[] = []
    beforeEach(async () => {
      means.business.set('2026-01-20T06:00:00.000Z')
      await db.run(sql`delete from settings`)
      await db.run(sql`delete from automated_acts where task = 'billing.day'`)
      await db.run(sql`update services set billing_status = 'ended', next_period_on = null`)
      const { brand } = await makeBuyer(means)
      await makeServices(means, brand, { clients: 1, perClient: 3, nextPeriodOn: '2026-01-20' })
      await bill('2026-01-20')
      services = await db.all<ServiceRow>(
        sql`select * from services where brand_id = ${brand.id} order by id`,
      )
    })
    const bill = async (on: string) => {
      means.business.set(`${on}T06:00:00.000Z`)
      await billDay(deps, isoDate(on))
      assert.deepEqual(await verifyBooks(db, isoDate(on)), [])
    }
    const days = async (id: string) => {
      const row = (await db.get<ServiceRow>(sql`select * from services where id = ${id}`))!
      return [row.anchor_on, row.period_index, row.next_period_on, row.charged_through]
    }
    const charges = async (id: string) =>
      (
        await db.all<{ text: string }>(sql`
          select kind || ' ' || period_start || '–' || period_end || ' ' || cast(amount_minor as text) as text
          from charges where source_id = ${id} order by period_start, kind, id`)
      ).map(({ text }) => text)

    test('say first what they cost, then charge it on an invoice, and the run goes on from the new day', async () => {
      const [service] = services
      const wish = { service_id: service!.id, to_on: '2026-03-01' }
      const preview = await previewMove(means, wish, staff)
      // 9 of the 28 days of February, of 5.99.
      assert.equal(preview.totalMinor, 193n)
      assert.deepEqual(await days(service!.id), ['2026-01-20', 1, '2026-02-20', '2026-02-20'])
      const done = await moveRenewal(means, { ...wish, reason: 'Asked by phone' }, staff)
      assert.equal(done.totalMinor, 193n)
      assert.deepEqual(await days(service!.id), ['2026-03-01', 0, '2026-03-01', '2026-03-01'])
      const invoice = await db.get<{ origin: string; subtotal_minor: bigint; tax_minor: bigint }>(
        sql`select origin, subtotal_minor, tax_minor from invoices where id = ${done.invoiceId}`,
      )
      assert.deepEqual({ ...invoice }, { origin: 'change', subtotal_minor: 193n, tax_minor: 37n })
      await bill('2026-02-25')
      assert.deepEqual(await charges(service!.id), [
        'recurring 2026-01-20–2026-02-20 599',
        'recurring 2026-02-20–2026-03-01 193',
        'recurring 2026-03-01–2026-04-01 599',
      ])
      const trail = await db.get<{ reason: string }>(
        sql`select reason from audit where subject = ${service!.id} and action = 'service.move_renewal'`,
      )
      assert.equal(trail?.reason, 'Asked by phone')
    })

    test('given away, the days cost nothing', async () => {
      const [service] = services
      const wish = { service_id: service!.id, to_on: '2026-03-01', effect: 'free', reason: 'Goodwill' }
      assert.deepEqual(await moveRenewal(means, wish, staff), { invoiceId: null, totalMinor: 0n })
      assert.deepEqual(await days(service!.id), ['2026-03-01', 0, '2026-03-01', '2026-03-01'])
    })

    test('taken back to the start of a period that was charged ahead, that period is charged anew', async () => {
      const [service] = services
      await bill('2026-02-15')
      assert.deepEqual(await days(service!.id), ['2026-01-20', 2, '2026-03-20', '2026-03-20'])
      const wish = { service_id: service!.id, to_on: '2026-02-20', reason: 'Wrong plan' }
      assert.equal((await moveRenewal(means, wish, staff)).totalMinor, -599n)
      await bill('2026-02-16')
      assert.deepEqual(await charges(service!.id), [
        'recurring 2026-01-20–2026-02-20 599',
        'change 2026-02-20–2026-03-20 -599',
        'recurring 2026-02-20–2026-03-20 599',
        'recurring 2026-02-20–2026-03-20 599',
      ])
      const credit = await db.get<{ minor: bigint | null }>(sql`
        select sum(amount_minor) as minor from postings where account = 'client_credit' and client_id = ${service!.client_id}`)
      assert.equal(Number(credit?.minor), 0)
    })

    test('taken back into a period, the rest of it is given back and charged with the next', async () => {
      const [service] = services
      const wish = { service_id: service!.id, to_on: '2026-02-01', reason: 'Asked' }
      // 19 of 31 days of 5.99.
      assert.equal((await moveRenewal(means, wish, staff)).totalMinor, -367n)
      await bill('2026-01-25')
      assert.deepEqual(await charges(service!.id), [
        'recurring 2026-01-20–2026-02-01 599',
        'change 2026-02-01–2026-02-20 -367',
        'recurring 2026-02-01–2026-03-01 599',
      ])
    })

    test('parts that fall due with their whole move with it', async () => {
      const [whole, part, other] = services
      await db.run(sql`update services set parent_id = ${whole!.id} where id = ${part!.id}`)
      await moveRenewal(means, { service_id: whole!.id, to_on: '2026-03-01', reason: 'One day' }, staff)
      assert.deepEqual(await days(part!.id), ['2026-03-01', 0, '2026-03-01', '2026-03-01'])
      assert.equal((await days(other!.id))[2], '2026-02-20')
      const invoices = await db.all(
        sql`select id from invoices where origin = 'change' and client_id = ${whole!.client_id}`,
      )
      assert.equal(invoices.length, 1)
    })

    test('are refused for the past, for nothing, for free days taken away, to clients, and while it is paused', async () => {
      const id = services[0]!.id
      const refused = async (over: object, code: string, by = staff, on: ChangeMeans = means) => {
        const wish = { service_id: id, to_on: '2026-03-01', reason: 'x', ...over }
        await assert.rejects(moveRenewal(on, wish, by), { code })
      }
      await refused({ to_on: '2026-01-19' }, 'input.invalid')
      await refused({ to_on: '2026-02-20' }, 'input.invalid')
      await refused({ to_on: '2026-02-30' }, 'input.invalid')
      await refused({ to_on: '2026-02-01', effect: 'free' }, 'input.invalid')
      await refused({ reason: '' }, 'input.invalid')
      await refused({}, 'actor.forbidden', clientActor(services[0]!.client_id))
      await db.run(sql`update services set billing_status = 'ending' where id = ${id}`)
      await refused({}, 'service_change.not_possible')
      assert.deepEqual(await charges(id), ['recurring 2026-01-20–2026-02-20 599'])
    })

    test('one day for all of a client: each is charged up to it, on one invoice, and orders follow', async () => {
      const [monthly, yearly, weekly] = services
      await db.run(sql`
        update services set cycle = '1y', charged_through = '2027-01-20', next_period_on = '2027-01-20' where id = ${yearly!.id}`)
      await db.run(sql`update services set cycle = '1w' where id = ${weekly!.id}`)
      const wish = { client_id: monthly!.client_id, day: 1 }
      const preview = await previewAlignment(means, wish, staff)
      const done = await alignRenewals(means, wish, staff)
      assert.equal(done.moved, 2)
      assert.deepEqual(await days(monthly!.id), ['2026-03-01', 0, '2026-03-01', '2026-03-01'])
      assert.deepEqual(await days(yearly!.id), ['2027-02-01', 0, '2027-02-01', '2027-02-01'])
      assert.equal((await days(weekly!.id))[2], '2026-02-20')
      const invoice = await db.get<{ subtotal_minor: bigint }>(
        sql`select subtotal_minor from invoices where id = ${done.invoiceId}`,
      )
      // 9 of 28 days and 12 of 365 days of 5.99.
      assert.deepEqual([invoice!.subtotal_minor, preview.totalMinor], [213n, 213n])
      const again = await alignRenewals(means, wish, staff)
      assert.deepEqual(again, { moved: 0, invoiceId: null })
      const setting = await db.get<{ value: string }>(
        sql`select value from settings where key = 'billing.anchor_day' and scope_id = ${monthly!.client_id}`,
      )
      assert.equal(setting?.value, '1')
    })

    test('a run that planned before the move writes nothing of it', async () => {
      const [service] = services
      await db.run(sql`
        update services set anchor_on = '2026-02-20', period_index = 0 where id = ${service!.id}`)
      const window = { untilOn: isoDate('2026-02-20') }
      const items = await serviceSource.dueItems(db, { ...window, clientIds: [service!.client_id] })
      await moveRenewal(means, { service_id: service!.id, to_on: '2026-03-01', reason: 'x' }, staff)
      await assert.rejects(
        db.transaction((trx) => serviceSource.advance(trx, items)),
        { code: 'record.changed' },
      )
    })
  })
}
