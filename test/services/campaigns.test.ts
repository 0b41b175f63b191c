import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { billDay, previewClient } from '../../core/billing/index.ts'
import { list, sql } from '../../core/db/index.ts'
import { addDays, isoDate, type BerthError, type IsoDate } from '../../core/kernel/index.ts'
import {
  cancelCampaign,
  cancelService,
  createCampaign,
  previewCampaign,
  repriced,
  scheduleCampaign,
  serviceSource,
  showService,
  simulatePrices,
} from '../../core/services/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { makeBuyer } from '../billing/support.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'

const staff = staffActor()
const FIRST = isoDate('2026-01-01')
const refused = (code: string, field?: string) => (error: unknown) =>
  (error as BerthError).code === code && (field === undefined || field in (error as BerthError).fields)

describe('repriced services', () => {
  it('add up: the sum is the product and its options, each rounded by itself', () => {
    const amounts = fc.array(fc.bigInt(1n, 100_000n), { maxLength: 5 })
    fc.assert(
      fc.property(
        fc.bigInt(0n, 10n ** 9n),
        amounts,
        fc.integer({ min: -900_000, max: 900_000 }),
        (own, of, ppm) => {
          const options = of.map((amount_minor, i) => ({ option_id: `opt_${i}`, amount_minor }))
          const recurring_minor = of.reduce((a, b) => a + b, own)
          const next = repriced({ quantity: 1, amount_minor: own, recurring_minor }, options, {
            ...{ kind: 'percent', percent_ppm: ppm },
          })
          const sum = [...next.options.values()].reduce((a, b) => a + b, next.amountMinor)
          assert.equal(next.recurringMinor, sum)
          assert.equal(next.options.size, of.length)
        },
      ),
    )
  })

  it('a new price is that of one unit; options stay', () => {
    const service = { quantity: 3, amount_minor: 3_000n, recurring_minor: 3_500n }
    const options = [{ option_id: 'opt_a', amount_minor: 500n }]
    const next = repriced(service, options, { kind: 'amount', unit_minor: '1200' })
    assert.deepEqual(
      [next.amountMinor, next.recurringMinor, next.options.get('opt_a')],
      [3_600n, 4_100n, 500n],
    )
  })
})

for (const engine of engines) {
  describe(`price campaigns on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
    })
    after(() => database.remove())

    /** Clients with one monthly service each at 5.99, due on 10 January and every month after. */
    const shop = async (clients = 1) => {
      means.business.set(`${FIRST}T09:00:00.000Z`)
      await database.db.run(sql`delete from automated_acts where task = 'billing.day'`)
      await database.db.run(sql`update services set billing_status = 'ended', next_period_on = null`)
      const { brand } = await makeBuyer(means)
      await makeServices(means, brand, { clients, perClient: 1, nextPeriodOn: '2026-01-10' })
      const services = await database.db.all<{ id: string; client_id: string; product_id: string }>(
        sql`select id, client_id, product_id from services where brand_id = ${brand.id} order by id`,
      )
      const create = (more: object = {}) =>
        createCampaign(
          means,
          {
            ...{ brand_id: brand.id, name: 'March', product_id: services[0]!.product_id },
            ...{ percent_ppm: 100_000, starts_on: '2026-03-01', notice_days: 30, ...more },
          },
          staff,
        )
      return { brand, services, create }
    }
    const bill = async (from: string, until: string) => {
      const deps = billingDeps(means)
      for (let on = isoDate(from); on <= isoDate(until); on = addDays(on, 1)) {
        means.business.set(`${on}T09:00:00.000Z`)
        await billDay(deps, on)
        await database.db.run(sql`update invoices set status = 'paid' where status = 'issued'`)
      }
    }
    const charged = (ids: readonly string[]) =>
      database.db.all<{ period_start: IsoDate; amount_minor: bigint }>(sql`
        select period_start, amount_minor from invoice_lines where source_id in (${list(ids)}) and kind = 'recurring'
        order by period_start, amount_minor`)
    const status = async (campaign: string) =>
      (
        await database.db.all<{ status: string }>(
          sql`select status from service_repricings where campaign_id = ${campaign} order by id`,
        )
      ).map((row) => row.status)
    const mails = () =>
      means.jobs.entered.filter(
        ({ task, payload }) =>
          task === 'mail.send' && (payload as { template: string }).template === 'price-change',
      ).length

    it('are shown, announced in time, and charged once from the first period on or after the day', async () => {
      const { services, create } = await shop(2)
      const campaign_id = await create()
      const effects = await previewCampaign(means, { campaign_id }, staff)
      assert.deepEqual(
        effects.map(({ services: n, oldMinor, newMinor, firstOn }) => [n, oldMinor, newMinor, firstOn]),
        [[2, 1_198n, 1_318n, '2026-03-10']],
      )
      assert.equal(await scheduleCampaign(means, { campaign_id }, staff), 2)
      const told = mails()
      await bill('2026-01-01', '2026-02-07')
      assert.deepEqual([await status(campaign_id), mails() - told], [['planned', 'planned'], 0])
      await bill('2026-02-08', '2026-02-09')
      assert.deepEqual([await status(campaign_id), mails() - told], [['announced', 'announced'], 2])
      // The page and the preview say what is to come before it is.
      const shown = await showService(means, { service_id: services[0]!.id }, staff)
      assert.deepEqual([shown.repricing!.fromOn, shown.repricing!.recurringMinor], ['2026-03-10', 659n])
      const preview = await previewClient(means, [serviceSource], {
        ...{ clientId: services[0]!.client_id, today: isoDate('2026-02-09'), days: 70 },
      })
      assert.deepEqual(
        preview.map(({ dueOn, netMinor }) => [dueOn, netMinor]),
        [
          ['2026-03-10', 659n],
          ['2026-04-10', 659n],
        ],
      )
      await bill('2026-02-10', '2026-04-12')
      const lines = await charged([services[0]!.id])
      assert.deepEqual(
        lines.map((line) => [line.period_start, line.amount_minor]),
        [
          ['2026-01-10', 599n],
          ['2026-02-10', 599n],
          ['2026-03-10', 659n],
          ['2026-04-10', 659n],
        ],
      )
      assert.deepEqual(await status(campaign_id), ['applied', 'applied'])
      const row = await database.db.get<{ status: string }>(
        sql`select status from price_campaigns where id = ${campaign_id}`,
      )
      assert.equal(row!.status, 'done')
      assert.equal(mails() - told, 2)
    })

    it('move to a later period where the notice would be too short', async () => {
      const { services, create } = await shop()
      const campaign_id = await create({ starts_on: '2026-01-05' })
      await scheduleCampaign(means, { campaign_id }, staff)
      await bill('2026-01-01', '2026-02-12')
      assert.deepEqual(
        (await charged([services[0]!.id])).map((line) => [line.period_start, line.amount_minor]),
        [
          ['2026-01-10', 599n],
          ['2026-02-10', 659n],
        ],
      )
    })

    it('wait for the whole notice when days were slept through', async () => {
      const { services, create } = await shop()
      const campaign_id = await create()
      await scheduleCampaign(means, { campaign_id }, staff)
      await bill('2026-01-01', '2026-01-05')
      // Nobody was told on 8 February; on the 25th it is too late for 10 March.
      await bill('2026-02-25', '2026-04-11')
      assert.deepEqual(
        (await charged([services[0]!.id])).map((line) => [line.period_start, line.amount_minor]),
        [
          ['2026-01-10', 599n],
          ['2026-02-10', 599n],
          ['2026-03-10', 599n],
          ['2026-04-10', 659n],
        ],
      )
    })

    it('end with the service of a client who does not agree, at the old price', async () => {
      const { services, create } = await shop()
      const campaign_id = await create()
      await scheduleCampaign(means, { campaign_id }, staff)
      await bill('2026-01-01', '2026-02-20')
      const wish = { service_id: services[0]!.id, at: 'end', reason: 'Too dear' }
      const owner = clientActor(services[0]!.client_id, { id: means.newId('usr') })
      const { effectiveOn } = await cancelService({ ...means, changes: changePorts }, wish, owner)
      assert.equal(effectiveOn, '2026-03-10')
      await bill('2026-02-21', '2026-03-15')
      assert.deepEqual(
        (await charged([services[0]!.id])).map((line) => line.amount_minor),
        [599n, 599n],
      )
      assert.deepEqual(await status(campaign_id), ['lapsed'])
    })

    it('can be called off before: everybody keeps the price', async () => {
      const { services, create } = await shop()
      const campaign_id = await create()
      await scheduleCampaign(means, { campaign_id }, staff)
      await bill('2026-01-01', '2026-02-20')
      assert.equal(await cancelCampaign(means, { campaign_id, reason: 'We think again' }, staff), 1)
      await bill('2026-02-21', '2026-03-12')
      assert.equal((await charged([services[0]!.id])).at(-1)!.amount_minor, 599n)
      await assert.rejects(scheduleCampaign(means, { campaign_id }, staff), refused('state.illegal'))
    })

    it('leave alone what has become another thing meanwhile, and never take a service twice', async () => {
      const { services, create } = await shop(2)
      const campaign_id = await create()
      await scheduleCampaign(means, { campaign_id }, staff)
      const second = await create({ name: 'Again' })
      await assert.rejects(
        scheduleCampaign(means, { campaign_id: second }, staff),
        refused('price_campaign.empty'),
      )
      await bill('2026-01-01', '2026-02-20')
      await database.db.run(
        sql`update services set amount_minor = 700, recurring_minor = 700 where id = ${services[0]!.id}`,
      )
      await bill('2026-02-21', '2026-03-12')
      const last = await charged(services.map(({ id }) => id))
      assert.deepEqual(
        last.slice(-2).map(({ amount_minor }) => amount_minor),
        [659n, 700n],
      )
      assert.deepEqual((await status(campaign_id)).sort(), ['applied', 'lapsed'])
    })

    it('refuse what does not fit by the name of the field', async () => {
      const { create } = await shop()
      await assert.rejects(create({ starts_on: '2026-02-30' }), refused('input.invalid', 'starts_on'))
      await assert.rejects(create({ starts_on: '2025-12-31' }), refused('input.invalid', 'starts_on'))
      await assert.rejects(create({ percent_ppm: 0 }), refused('input.invalid', 'percent'))
      await assert.rejects(create({ amount: '5.00' }), refused('input.invalid', 'percent'))
      const sum = { percent_ppm: undefined, amount: '5.001', currency: 'EUR', cycle: '1m' }
      await assert.rejects(create(sum), refused('input.invalid', 'amount'))
      await assert.rejects(create({ ...sum, currency: undefined }), refused('input.invalid', 'currency'))
      await assert.rejects(
        create({ ...sum, amount: '5.00', cycle: undefined }),
        refused('input.invalid', 'cycle'),
      )
      await assert.rejects(create({ notice_days: -1 }), refused('input.invalid', 'notice_days'))
    })

    it('can be tried out: months before and after, for all, one brand or one client, and nothing is written', async () => {
      const { brand, services } = await shop(3)
      const query = {
        percent_ppm: 100_000,
        starts_on: '2026-03-01',
        days: 100,
        product_id: services[0]!.product_id,
      }
      const shape = ({ months }: Awaited<ReturnType<typeof simulatePrices>>) =>
        months.map(({ month, beforeMinor, afterMinor, invoices }) => [
          month,
          beforeMinor,
          afterMinor,
          invoices,
        ])
      const whole = [
        ['2026-01', 1_797n, 1_797n, 3],
        ['2026-02', 1_797n, 1_797n, 3],
        ['2026-03', 1_797n, 1_977n, 3],
        ['2026-04', 1_797n, 1_977n, 3],
      ]
      assert.deepEqual(shape(await simulatePrices(means, query, staff)), whole)
      assert.deepEqual(shape(await simulatePrices(means, { ...query, brand_id: brand.id }, staff)), whole)
      const one = await simulatePrices(means, { ...query, client_id: services[0]!.client_id }, staff)
      assert.deepEqual(shape(one)[2], ['2026-03', 599n, 659n, 1])
      const rows = await database.db.get<{ lines: number }>(
        sql`select count(*) as lines from invoice_lines where source_id in (${list(services.map(({ id }) => id))})`,
      )
      assert.equal(rows!.lines, 0)
      const few = { ...staffActor(), brandIds: [brand.id] }
      await assert.rejects(simulatePrices(means, query, few), refused('actor.forbidden'))
    })
  })
}
