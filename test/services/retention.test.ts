import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { billDay, recordPayment, verifyBooks } from '../../core/billing/index.ts'
import { sql, type Row } from '../../core/db/index.ts'
import { addDays, instant, isoDate, type BerthError } from '../../core/kernel/index.ts'
import {
  acceptStayOffer,
  cancelService,
  changeCancelReason,
  createCancelReason,
  offerToStay,
  readRetention,
  retireCancelReason,
  serviceSource,
  standingOffer,
  type ServiceRow,
} from '../../core/services/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { makeBuyer, makeGateway, scriptedGateway } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

const staff = staffActor()
const SINCE = instant(Date.UTC(2026, 0, 1))
const HALF = { offer: 'discount', percent: '50', renewals: 3, label: 'Thank you for staying' }

for (const engine of engines) {
  describe(`an offer to stay (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const plugins = scriptedGateway([])
    const means = { ...testMeans(db), plugins }
    const changing = { ...means, changes: changePorts }
    const deps = billingDeps(means)
    let brandId: string
    let instanceId: string
    let service: ServiceRow

    /** One service of 5.99 a month before tax, renewed on 20 January; it is the 15th. */
    beforeEach(async () => {
      means.business.set('2026-01-15T06:00:00.000Z')
      await db.run(sql`delete from automated_acts where task = 'billing.day'`)
      await db.run(sql`update services set billing_status = 'ended', next_period_on = null`)
      const { brand } = await makeBuyer(means)
      brandId = brand.id
      await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-01-20' })
      await db.run(sql`update services set charged_through = '2026-01-20' where brand_id = ${brandId}`)
      instanceId = (await makeGateway(means)).id
      service = await reread()
    })

    const reread = async () =>
      (await db.get<ServiceRow>(sql`select * from services where brand_id = ${brandId} order by id limit 1`))!
    const owner = () => clientActor(service.client_id)
    const reason = (more: object = {}) =>
      createCancelReason(means, { brand_id: brandId, name: 'Too expensive', ...more }, staff)
    const ask = (reason_id: string, more: object = {}) =>
      offerToStay(means, { service_id: service.id, reason_id, ...more }, owner())
    const accept = () => acceptStayOffer(means, { service_id: service.id }, owner())
    const cancel = (more: object = {}) =>
      cancelService(
        changing,
        { service_id: service.id, at: 'end', reason: 'Too expensive', ...more },
        owner(),
      )
    const code = (wanted: string) => (error: unknown) => (error as BerthError).code === wanted
    const renewals = async (until: string) => {
      for (let on = means.business.today('UTC'); on <= until; on = addDays(on, 1)) {
        means.business.set(`${on}T06:00:00.000Z`)
        await billDay(deps, isoDate(on))
        const open = await db.all<{ id: string; total_minor: bigint }>(
          sql`select id, total_minor from invoices where status = 'issued' and brand_id = ${brandId}`,
        )
        for (const { id, total_minor } of open)
          await recordPayment(
            means,
            { invoice_id: id, amount_minor: String(total_minor), reference: id, instance_id: instanceId },
            staff,
          )
      }
      const rows = await db.all<{ kind: string; period_start: string; amount_minor: bigint }>(sql`
        select kind, period_start, amount_minor from charges where source_id = ${service.id} order by period_start, kind desc`)
      return rows.map(({ kind, period_start, amount_minor }) => [period_start, kind, Number(amount_minor)])
    }

    test('that is taken lowers the next renewals, so many and no more, and nothing is cancelled', async () => {
      const offer = await ask(await reason(HALF))
      assert.deepEqual(
        [offer?.offer, offer?.percent_ppm, offer?.renewals, offer?.status],
        ['discount', 500_000, 3, 'offered'],
      )
      assert.equal((await accept()).status, 'accepted')
      assert.deepEqual([(await reread()).billing_status, (await reread()).cancel_on], ['active', null])
      assert.deepEqual(await renewals('2026-05-21'), [
        ['2026-01-20', 'recurring', 599],
        ['2026-01-20', 'discount', -300],
        ['2026-02-20', 'recurring', 599],
        ['2026-02-20', 'discount', -300],
        ['2026-03-20', 'recurring', 599],
        ['2026-03-20', 'discount', -300],
        ['2026-04-20', 'recurring', 599],
        ['2026-05-20', 'recurring', 599],
      ])
      const said = await db.get<{ description: string }>(
        sql`select description from invoice_lines where source_id = ${service.id} and kind = 'discount' limit 1`,
      )
      assert.equal(said?.description, 'Thank you for staying')
      assert.deepEqual(await verifyBooks(db, isoDate('2026-05-21')), [])
    })

    test('of a sum takes no more than there is', async () => {
      const sum = { offer: 'discount', amount: '10.00', currency: 'EUR', renewals: 1, label: 'Thanks' }
      await ask(await reason(sum))
      await accept()
      assert.deepEqual((await renewals('2026-02-21')).slice(0, 3), [
        ['2026-01-20', 'recurring', 599],
        ['2026-01-20', 'discount', -599],
        ['2026-02-20', 'recurring', 599],
      ])
    })

    test('of any worth and length lowers exactly so many renewals', async () => {
      const reasonId = await reason(HALF)
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 1_000_000 }),
          fc.integer({ min: 1, max: 3 }),
          async (ppm, renewed) => {
            await db.run(sql`delete from stay_offers`)
            const percent = `${Math.floor(ppm / 10_000)}.${String(ppm % 10_000).padStart(4, '0')}`
            await changeCancelReason(
              means,
              { reason_id: reasonId, name: 'Too expensive', ...HALF, percent, renewals: renewed },
              staff,
            )
            await ask(reasonId)
            const { discount_id } = await accept()
            const [item] = await serviceSource.dueItems(db, {
              untilOn: isoDate('2026-08-01'),
              clientIds: [service.client_id],
            })
            const off = item!.lines.filter(({ kind, cause }) => kind === 'discount' && cause === discount_id)
            const each = -BigInt(Math.floor((599 * ppm + 500_000) / 1_000_000))
            assert.deepEqual(
              off.map(({ amountMinor }) => amountMinor),
              each === 0n ? [] : Array(renewed).fill(each),
            )
            await db.run(
              sql`update service_discounts set ended_at = ${means.business.now()} where id = ${discount_id}`,
            )
          },
        ),
        { numRuns: 20 },
      )
    })

    test('is made once a year, and answered once', async () => {
      const reasonId = await reason(HALF)
      const first = await ask(reasonId)
      assert.equal((await ask(reasonId, { note: 'again' }))?.id, first!.id, 'a second look is the same offer')
      const both = await Promise.allSettled([accept(), accept()])
      assert.deepEqual(both.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
      await assert.rejects(accept(), code('stay_offer.over'))
      const rows = await db.all(sql`select id from service_discounts where service_id = ${service.id}`)
      assert.equal(rows.length, 1)
      means.business.set('2026-12-15T06:00:00.000Z')
      assert.equal(await ask(reasonId), null)
      means.business.set('2027-01-20T06:00:00.000Z')
      assert.notEqual(await ask(reasonId), null)
    })

    test('keeps the last wish, whose cancellation it may become', async () => {
      const [first, second] = [await reason(HALF), await reason({ name: 'Moving' })]
      const { id, version } = (await ask(first, { at: 'now', note: 'Mine' }))!
      const again = await ask(second, { at: 'end' })
      assert.deepEqual([again?.id, again?.version, again?.offer], [id, version + 1, 'discount'])
      const { wanted_at, note, reason_id } = (await standingOffer(means, service.id, owner()))!
      assert.deepEqual({ wanted_at, note, reason_id }, { wanted_at: 'end', note: null, reason_id: second })
      assert.equal((await ask(second, { at: 'end' }))?.version, version + 1, 'the same wish changes nothing')
    })

    test('that is not answered holds for a day, and another can be made after the year', async () => {
      const reasonId = await reason(HALF)
      await ask(reasonId)
      assert.notEqual(await standingOffer(means, service.id, owner()), null)
      means.business.set('2026-01-16T07:00:00.000Z')
      assert.equal(await standingOffer(means, service.id, owner()), null)
      await assert.rejects(accept(), code('stay_offer.over'))
      assert.equal(await ask(reasonId), null)
      means.business.set('2027-01-20T06:00:00.000Z')
      assert.equal((await ask(reasonId))?.status, 'offered')
    })

    test('is declined by the cancellation, which goes on as ever', async () => {
      const reasonId = await reason(HALF)
      await ask(reasonId, { at: 'end', note: 'It costs more than elsewhere' })
      const { effectiveOn } = await cancel({ reason_id: reasonId })
      assert.equal(effectiveOn, '2026-01-20')
      const offers = await db.all<{ status: string; note: string }>(
        sql`select status, note from stay_offers where service_id = ${service.id}`,
      )
      assert.deepEqual(offers, [{ status: 'declined', note: 'It costs more than elsewhere' }])
      const given = await db.get<{ reason_id: string }>(
        sql`select reason_id from cancellations where service_id = ${service.id}`,
      )
      assert.equal(given?.reason_id, reasonId)
      await assert.rejects(accept(), code('stay_offer.over'))
      assert.equal(await ask(reasonId), null)
    })

    test('is not made where it is nothing for the service', async () => {
      const dollars = { offer: 'discount', amount: '1.00', currency: 'USD', renewals: 1, label: 'Thanks' }
      assert.equal(await ask(await reason(dollars)), null)
      assert.equal(await ask(await reason({ offer: 'cheaper' })), null)
      assert.equal(await ask(await reason()), null)
      await db.run(sql`update services set cycle = 'free', recurring_minor = 0 where id = ${service.id}`)
      assert.equal(await ask(await reason(HALF)), null)
      assert.equal((await ask(await reason({ offer: 'talk' })))?.offer, 'talk')
      assert.equal((await accept()).discount_id, null)
    })

    test('of a smaller plan is made where one costs less today, in the quantity that is rented', async () => {
      const product = (await db.get<Row>(sql`select * from products where id = ${service.product_id}`))!
      const id = means.newId('prd')
      await db.insert('products', [{ ...product, id, slug: `smaller-${id}` }])
      const price = (valid_from: string, amount_minor: bigint) => ({
        ...{ id: means.newId('prc'), owner_id: id, cycle: service.cycle, currency: service.currency },
        ...{ amount_minor, setup_minor: 0n, valid_from, retired_at: null, created_at: means.business.now() },
      })
      const cheaper = await reason({ offer: 'cheaper' })
      // It was cheaper, and will be again; today it costs more.
      await db.insert('prices', [
        price('2020-01-01', 100n),
        price('2026-01-01', 9_900n),
        price('2027-01-01', 100n),
      ])
      assert.equal(await ask(cheaper), null)
      await db.run(
        sql`update prices set amount_minor = 700 where owner_id = ${id} and valid_from = '2026-01-01'`,
      )
      await db.run(sql`update services set quantity = 2, amount_minor = 1198 where id = ${service.id}`)
      assert.equal(await ask(cheaper), null)
      await db.run(
        sql`update prices set amount_minor = 500 where owner_id = ${id} and valid_from = '2026-01-01'`,
      )
      assert.equal((await ask(cheaper))?.offer, 'cheaper')
    })

    test('counts the money of services that stayed, and no more of one that goes after all', async () => {
      const kept = async () => (await readRetention(means, SINCE, staff)).money[0]?.kept_minor ?? 0n
      const before = await kept()
      await ask(await reason(HALF))
      await accept()
      await renewals('2026-01-21')
      assert.ok((await kept()) > before)
      await cancel()
      assert.equal(await kept(), before)
    })

    test('belongs to reasons of the shop and of the product', async () => {
      const elsewhere = await createCancelReason(
        means,
        { brand_id: (await makeBuyer(means)).brand.id, name: 'Elsewhere', ...HALF },
        staff,
      )
      await assert.rejects(ask(elsewhere), code('input.invalid'))
      const gone = await reason(HALF)
      await retireCancelReason(means, { reason_id: gone }, staff)
      await assert.rejects(ask(gone), code('input.invalid'))
      await assert.rejects(cancel({ reason_id: gone }), code('input.invalid'))
      await assert.rejects(reason({ product_ids: ['prd_x'] }), code('input.invalid'))
      const own = await reason({ ...HALF, product_ids: [service.product_id] })
      assert.notEqual(await ask(own), null)
      await assert.rejects(
        offerToStay(means, { service_id: service.id, reason_id: own }, clientActor('cli_x')),
        code('record.not_found'),
      )
    })

    const wrong: [string, object][] = [
      ['renewals', { ...HALF, renewals: undefined }],
      ['label', { ...HALF, label: '' }],
      ['percent', { ...HALF, percent: '101' }],
      ['percent', { ...HALF, amount: '5.00', currency: 'EUR' }],
      ['amount', { offer: 'discount', amount: '0.00', currency: 'EUR', renewals: 1, label: 'x' }],
      ['amount', { offer: 'discount', amount: '1.005', currency: 'EUR', renewals: 1, label: 'x' }],
    ]
    for (const [field, more] of wrong)
      test(`of ${JSON.stringify(more)} is refused`, async () => {
        await assert.rejects(reason(JSON.parse(JSON.stringify(more)) as object), (error: unknown) => {
          assert.deepEqual(Object.keys((error as BerthError).params.fields as object), [field])
          return true
        })
      })
  })
}
