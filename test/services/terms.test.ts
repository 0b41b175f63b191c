import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { orderDeps } from '../../core/app/wire/orders-area.ts'
import { billDay, previewClient, verifyBooks } from '../../core/billing/index.ts'
import { exportCatalog, importCatalog, loadProduct, setTerms } from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { addDays, isoDate, type BerthError, type IsoDate } from '../../core/kernel/index.ts'
import { cancelOrder, placeOrder } from '../../core/orders/index.ts'
import { cancelService, previewChange, requestChange, serviceSource } from '../../core/services/index.ts'
import { makeShop } from '../orders/support.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { makeBrand, makeClient, clientActor, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'

const staff = staffActor()
const FIRST = isoDate('2026-01-31')
const refused = (code: string, field?: string) => (error: unknown) =>
  (error as BerthError).code === code && (field === undefined || field in (error as BerthError).fields)

for (const engine of engines) {
  describe(`fixed terms and trials on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
    })
    after(() => database.remove())

    const sold = async (terms: object, more: object = {}) => {
      means.business.set(`${FIRST}T09:00:00.000Z`)
      const shop = await makeShop(means, { delivery_on: 'acceptance' })
      await setTerms(means, { id: shop.game.productId, ...terms }, staff)
      const deps = orderDeps(means)
      const item = { ...shop.wish, ...more }
      const order = (key = {}) => placeOrder(deps, shop.order({ items: [item], ...key }), shop.buyer)
      return { ...shop, deps, place: order }
    }
    const activate = (id: string) =>
      database.db.run(sql`update services set billing_status = 'active' where id = ${id}`)
    const service = async (id: string) =>
      (await database.db.get<{
        billing_status: string
        next_period_on: string | null
        charged_through: string
        periods_left: number | null
        ended_on: string | null
        version: number
      }>(sql`select * from services where id = ${id}`))!
    const charged = (id: string) =>
      database.db.all<{ kind: string; period_start: string; period_end: string; amount_minor: bigint }>(sql`
        select l.kind, l.period_start, l.period_end, l.amount_minor from invoice_lines l
        where l.source_id = ${id} and l.kind = 'recurring' order by l.period_start`)
    const bill = async (from: IsoDate, until: IsoDate) => {
      const deps = billingDeps(means)
      for (let on = from; on <= until; on = addDays(on, 1)) {
        means.business.set(`${on}T09:00:00.000Z`)
        await billDay(deps, on)
        // Paid at once, so that dunning stays out of the way.
        await database.db.run(sql`update invoices set status = 'paid' where status = 'issued'`)
      }
    }
    const mails = (id: string, template: string) =>
      means.jobs.entered.filter(
        ({ task, payload }) =>
          task === 'mail.send' &&
          (payload as { template: string }).template === template &&
          (payload as { data: { service_id: string } }).data.service_id === id,
      ).length

    it('a product of three periods is charged three times, then ends by itself with a word before', async () => {
      const { place } = await sold({ periods_max: 3 })
      const { service_ids } = await place()
      const id = service_ids[0]!
      await activate(id)
      assert.equal((await service(id)).periods_left, 2)
      await bill(FIRST, isoDate('2026-04-29'))
      assert.deepEqual(
        (await charged(id)).map((line) => [line.period_start, line.period_end]),
        [
          ['2026-01-31', '2026-02-28'],
          ['2026-02-28', '2026-03-31'],
          ['2026-03-31', '2026-04-30'],
        ],
      )
      const before = await service(id)
      assert.deepEqual([before.billing_status, before.periods_left], ['active', 0])
      assert.equal(mails(id, 'service-term-ends'), 1)
      await bill(isoDate('2026-04-30'), isoDate('2026-05-10'))
      const ended = await service(id)
      assert.deepEqual(
        [ended.billing_status, ended.ended_on, ended.next_period_on],
        ['ended', '2026-04-30', null],
      )
      assert.equal((await charged(id)).length, 3)
      assert.equal(mails(id, 'service-term-ends'), 1)
    })

    it('on the day on which its term is over it is not changed, and what was not charged of it still is', async () => {
      const { place, buyer, game } = await sold({ periods_max: 3 })
      const { service_ids } = await place()
      const id = service_ids[0]!
      await activate(id)
      const to = (day: string) => means.business.set(`${day}T07:00:00.000Z`)
      const deps = { ...means, changes: changePorts }
      const options = [{ option_id: game.memory, quantity: 12 }]
      to('2026-04-29')
      await previewChange(deps, { service_id: id, cycle: '1y' }, buyer)
      to('2026-04-30')
      for (const wish of [{ cycle: '1y' }, { options }])
        for (const act of [previewChange, requestChange])
          await assert.rejects(act(deps, { service_id: id, ...wish }, buyer), {
            code: 'service_change.not_possible',
            message: /its term is over/,
          })
      assert.deepEqual(
        [(await service(id)).charged_through, (await service(id)).periods_left],
        ['2026-02-28', 2],
      )
      await bill(isoDate('2026-04-30'), isoDate('2026-05-01'))
      assert.deepEqual(
        (await charged(id)).map((line) => line.period_end),
        ['2026-02-28', '2026-03-31', '2026-04-30'],
      )
      assert.equal((await service(id)).ended_on, '2026-04-30')
    })

    it('a trial that ends is not changed into something else on its last day', async () => {
      const { place, buyer } = await sold({ trial_days: 14, trial_then: 'end' }, { trial: true })
      const { service_ids } = await place()
      const id = service_ids[0]!
      await activate(id)
      means.business.set('2026-02-14T07:00:00.000Z')
      const change = requestChange({ ...means, changes: changePorts }, { service_id: id, cycle: '1y' }, buyer)
      await assert.rejects(change, { code: 'service_change.not_possible', message: /its term is over/ })
    })

    it('a preview and a late run take no period more than the term has', async () => {
      const { place, client } = await sold({ periods_max: 3 })
      const { service_ids } = await place()
      await activate(service_ids[0]!)
      const invoices = await previewClient(means, [serviceSource], {
        ...{ clientId: client.id, today: FIRST, days: 365 },
      })
      assert.deepEqual(
        invoices.map(({ dueOn }) => dueOn),
        ['2026-02-28', '2026-03-31'],
      )
      means.business.set('2026-12-01T09:00:00.000Z')
      const items = await serviceSource.dueItems(database.db, {
        untilOn: isoDate('2026-12-01'),
        clientIds: [client.id],
      })
      assert.equal(items[0]!.lines.filter(({ kind }) => kind === 'recurring').length, 2)
    })

    it('a product of one period is charged with its order alone', async () => {
      const { place } = await sold({ periods_max: 1 })
      const id = (await place()).service_ids[0]!
      await activate(id)
      await bill(FIRST, isoDate('2026-03-05'))
      assert.equal((await charged(id)).length, 1)
      assert.equal((await service(id)).ended_on, '2026-02-28')
    })

    it('a trial is charged at its price, then the periods follow from the day after, options and all', async () => {
      const { place, client } = await sold({ trial_days: 14, trial_prices: { EUR: '1.00' } }, { trial: true })
      const placed = await place()
      const id = placed.service_ids[0]!
      assert.equal(placed.total_minor, '100')
      await activate(id)
      const [next] = await previewClient(means, [serviceSource], {
        ...{ clientId: client.id, today: FIRST, days: 20 },
      })
      assert.deepEqual([next!.dueOn, next!.netMinor], ['2026-02-14', 890n])
      await bill(FIRST, isoDate('2026-03-14'))
      assert.deepEqual(
        (await charged(id)).map((line) => [line.period_start, line.period_end, line.amount_minor]),
        [
          ['2026-01-31', '2026-02-14', 100n],
          ['2026-02-14', '2026-03-14', 490n],
          ['2026-03-14', '2026-04-14', 490n],
        ],
      )
      assert.equal(mails(id, 'trial-converts'), 1)
    })

    it('a free trial costs nothing, and one that ends ends without another charge', async () => {
      const { place } = await sold({ trial_days: 7, trial_then: 'end' }, { trial: true })
      const placed = await place()
      const id = placed.service_ids[0]!
      assert.equal(placed.total_minor, '0')
      await activate(id)
      await bill(FIRST, isoDate('2026-02-20'))
      assert.deepEqual([(await service(id)).ended_on, (await charged(id)).length], ['2026-02-07', 1])
      assert.equal(mails(id, 'service-term-ends'), 1)
    })

    it('a trial that is cancelled in time ends with it', async () => {
      const { place, buyer } = await sold({ trial_days: 14 }, { trial: true })
      const id = (await place()).service_ids[0]!
      await activate(id)
      const wish = { service_id: id, at: 'end', reason: 'Not for me' }
      const { effectiveOn } = await cancelService({ ...means, changes: changePorts }, wish, buyer)
      assert.equal(effectiveOn, '2026-02-14')
      await bill(FIRST, isoDate('2026-02-20'))
      assert.deepEqual([(await service(id)).ended_on, (await charged(id)).length], ['2026-02-14', 1])
    })

    it('a trial and a term: the periods are counted after the trial', async () => {
      const { place } = await sold({ trial_days: 14, periods_max: 2 }, { trial: true })
      const id = (await place()).service_ids[0]!
      await activate(id)
      await bill(FIRST, isoDate('2026-04-20'))
      assert.deepEqual([(await service(id)).ended_on, (await charged(id)).length], ['2026-04-14', 3])
    })

    it('one trial for a client and product, also when two orders come at once; a dropped order gives it back', async () => {
      const { place, deps, brand, game } = await sold({ trial_days: 14 }, { trial: true })
      const both = await Promise.allSettled([place(), place()])
      const placed = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      assert.equal(placed.length, 1)
      await assert.rejects(place(), refused('order.trial_used'))
      const other = await makeClient(means, { brand_id: brand.id })
      const wish = { product_id: game.productId, cycle: '1m', options: { memory: 8 }, trial: true }
      const input = {
        ...{ brand_id: brand.id, client_id: other.id, once_key: 'another-client', items: [wish] },
        ...{ currency: 'EUR', terms: { version: '1', accepted: true } },
      }
      await placeOrder(deps, input, clientActor(other.id, { id: means.newId('usr') }))
      await cancelOrder(deps, { order_id: placed[0]!.id, reason: 'Changed my mind' }, staff)
      assert.ok((await place()).id)
    })

    it('refuse what does not fit by the name of the field', async () => {
      const { place, game } = await sold(
        { trial_days: 14, trial_prices: { EUR: '1.00' } },
        { trial: true, quantity: 2 },
      )
      await assert.rejects(place(), refused('input.invalid', 'items.0.trial'))
      const set = (terms: object) => setTerms(means, { id: game.productId, ...terms }, staff)
      await assert.rejects(set({ trial_prices: { CHF: '1.00' } }), refused('input.invalid', 'trial_prices'))
      await assert.rejects(set({ trial_prices: { EUR: '1.001' } }), refused('input.invalid', 'trial_prices'))
      await assert.rejects(set({ periods_max: 0 }), refused('input.invalid', 'periods_max'))
      await assert.rejects(set({ trial_days: -1 }), refused('input.invalid', 'trial_days'))
      const none = await sold({ trial_days: null }, { trial: true })
      await assert.rejects(none.place(), refused('input.invalid', 'items.0.trial'))
      const other = await sold({ trial_days: 5, trial_prices: { IDR: '1000.00' } }, { trial: true })
      await assert.rejects(other.place(), refused('input.invalid', 'items.0.trial'))
    })

    it('travel in the catalogue file', async () => {
      const { brand } = await sold({
        periods_max: 12,
        trial_days: 14,
        trial_prices: { EUR: '1.00' },
        trial_then: 'end',
      })
      const text = await exportCatalog(means, { brand_id: brand.id }, staff)
      const other = await makeBrand(means)
      await importCatalog(means, text, staff, { brandId: other.id })
      const copy = (await loadProduct(database.db, other.id, 'minecraft'))!
      assert.deepEqual([copy.periodsMax, copy.trial], [12, { days: 14, prices: { EUR: 100n }, then: 'end' }])
      const again = await importCatalog(means, text, staff, { brandId: other.id })
      assert.deepEqual([again.created, again.changed, again.prices], [0, 0, 0])
    })

    it('leave the books as they should be', async () => {
      const findings = await verifyBooks(database.db, means.business.today('UTC'))
      // The tests above mark documents as paid without a payment; nothing else is wrong.
      assert.deepEqual(
        [...new Set(findings.map(({ check }) => check))].filter((check) => !/paid/.test(check)),
        [],
      )
    })
  })
}
