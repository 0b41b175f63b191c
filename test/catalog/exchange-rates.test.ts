import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import {
  applyPriceRule,
  converted,
  enterRate,
  fetchRates,
  followRates,
  loadProduct,
  previewPriceRule,
  priceAt,
  pairsWithoutRate,
  ratesOn,
  roundPrice,
  setPriceRule,
  type RoundingRule,
} from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { cycle, isoDate, systemActor, type BerthError } from '../../core/kernel/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { makeGameServer, makeGroup } from './make-product.ts'

const staff = staffActor()
const rule = (mode: RoundingRule['mode'], step: bigint, ending = 0n): RoundingRule => ({
  ...{ mode, stepMinor: step, endingMinor: ending },
})

/** Rule, fraction, price, why. */
const WORKED: readonly (readonly [RoundingRule, bigint, bigint, bigint, string])[] = [
  [rule('up', 100n, 99n), 500n, 1n, 599n, '5.00 goes up to 5.99'],
  [rule('up', 100n, 99n), 599n, 1n, 599n, '5.99 stays'],
  [rule('up', 100n, 99n), 5_991n, 10n, 699n, '5.991 is above 5.99'],
  [rule('up', 100n, 99n), 1n, 1n, 99n, '0.01 goes up to 0.99'],
  [rule('nearest', 100n, 99n), 549n, 1n, 599n, '5.49 is half-way between 4.99 and 5.99: up'],
  [rule('nearest', 100n, 99n), 548n, 1n, 499n, '5.48 is nearer to 4.99'],
  [rule('down', 100n, 99n), 598n, 1n, 499n, '5.98 goes down to 4.99'],
  [rule('down', 100n, 99n), 50n, 1n, 99n, 'never below zero: the lowest place is 0.99'],
  [rule('nearest', 100_000n), 8_549_900n, 1n, 8_500_000n, '85,499.00 IDR to the nearest 1,000'],
  [rule('nearest', 100_000n), 8_550_000n, 1n, 8_600_000n, '85,500.00 IDR: half goes up'],
  [rule('nearest', 1n), 1_005n, 10n, 101n, 'the smallest unit, half up'],
  [rule('up', 100n, 99n), 0n, 1n, 0n, 'what is free stays free'],
]

describe('rounding of derived prices', () => {
  for (const [of, numerator, denominator, price, why] of WORKED)
    it(`${of.mode} ${of.stepMinor}+${of.endingMinor}: ${numerator}/${denominator} → ${price}: ${why}`, () => {
      assert.equal(roundPrice(of, numerator, denominator), price)
    })

  it('always lands on an allowed place, on the right side, within one step', () => {
    const any = fc.record({
      mode: fc.constantFrom('nearest', 'up', 'down'),
      step: fc.bigInt(1n, 100_000n),
      ending: fc.bigInt(0n, 99_999n),
      numerator: fc.bigInt(1n, 10n ** 12n),
      denominator: fc.bigInt(1n, 10n ** 6n),
    })
    fc.assert(
      fc.property(any, ({ mode, step, ending, numerator, denominator }) => {
        const of = rule(mode as RoundingRule['mode'], step, ending % step)
        const price = roundPrice(of, numerator, denominator)
        assert.equal((price - of.endingMinor) % step, 0n)
        const apart = price * denominator - numerator
        if (mode === 'up') assert.ok(apart >= 0n && apart < step * denominator)
        if (mode === 'down') assert.ok(apart <= 0n || price === of.endingMinor)
        if (mode === 'nearest') assert.ok(2n * apart <= step * denominator || price === of.endingMinor)
      }),
    )
  })

  it('converts between currencies of 0, 2 and 3 decimals exactly', () => {
    const value = (minor: bigint, base: string, currency: string, rate: string) => {
      const { numerator, denominator } = converted(minor, { base, currency, rate })
      return roundPrice(rule('nearest', 1n), numerator, denominator)
    }
    assert.equal(value(1_000n, 'EUR', 'USD', '1.0823'), 1_082n)
    assert.equal(value(1_000n, 'EUR', 'JPY', '163.45'), 1_635n)
    assert.equal(value(1_000n, 'EUR', 'KWD', '0.3331'), 3_331n)
    assert.equal(value(1_000n, 'JPY', 'EUR', '0.00612'), 612n)
    assert.equal(value(12_345n, 'KWD', 'JPY', '490.1'), 6_050n)
  })
})

for (const engine of engines) {
  describe(`rates of exchange on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-01-31T10:00:00.000Z' })
    })
    after(() => database.remove())

    const refused = (field: string) => (error: unknown) => field in (error as BerthError).fields
    const enter = (more: object = {}) =>
      enterRate(means, { base: 'EUR', currency: 'USD', valid_on: '2026-01-30', rate: '1.08', ...more }, staff)
    const shop = async () => {
      const { brand, groupId } = await makeGroup(means)
      const game = await makeGameServer(means, groupId)
      const set = (more: object = {}) =>
        setPriceRule(
          means,
          {
            ...{ brand_id: brand.id, base: 'EUR', currency: 'USD', markup_ppm: 100_000 },
            ...{ mode: 'up', step: '1.00', ending: '0.99', follows: false },
            ...more,
          },
          staff,
        )
      const amount = async (of: string) => {
        const product = (await loadProduct(database.db, brand.id, 'minecraft'))!
        const terms = { currency: 'USD', cycle: cycle(of), day: isoDate('2026-01-31') }
        return [priceAt(product.prices, terms)?.amountMinor, priceAt(product.prices, terms)?.setupMinor]
      }
      return { brand, game, set, amount }
    }
    const forget = () => database.db.run(sql`delete from exchange_rates`)

    it('hold from their day on; a correction replaces and keeps the old one', async () => {
      await forget()
      await enter()
      await enter({ valid_on: '2026-01-10', rate: '1.02' })
      assert.equal(await enter(), null)
      assert.notEqual(await enter({ rate: '1.09' }), null)
      const on = async (day: string) =>
        (await ratesOn(database.db, { base: 'EUR', currencies: ['USD'], day: isoDate(day) })).get('USD')?.rate
      assert.deepEqual(
        [await on('2026-01-09'), await on('2026-01-10'), await on('2026-01-29'), await on('2026-03-01')],
        [undefined, '1.02', '1.02', '1.09'],
      )
      const kept = await database.db.all(sql`select rate from exchange_rates where replaced_at is not null`)
      assert.deepEqual(kept, [{ rate: '1.08' }])
    })

    it('refuse what does not fit by the name of the field, and write nothing', async () => {
      await forget()
      await assert.rejects(enter({ rate: '1.1234567890123' }), refused('rate'))
      await assert.rejects(enter({ rate: '0' }), refused('rate'))
      await assert.rejects(enter({ rate: '0.00' }), refused('rate'))
      await assert.rejects(enter({ rate: '-1' }), refused('rate'))
      await assert.rejects(enter({ rate: '1e3' }), refused('rate'))
      await assert.rejects(enter({ currency: 'XXQ' }), refused('currency'))
      await assert.rejects(enter({ currency: 'EUR' }), refused('currency'))
      await assert.rejects(enter({ base: 'EURO' }), refused('base'))
      await assert.rejects(enter({ valid_on: '2026-02-30' }), refused('valid_on'))
      await assert.rejects(enter({ valid_on: '2026-02-02' }), refused('valid_on'))
      assert.deepEqual(await database.db.all(sql`select id from exchange_rates`), [])
    })

    it('set the prices of a currency by a rule, shown before; options and set-up too, services never', async () => {
      await forget()
      const { set, amount, game } = await shop()
      const id = await set()
      await assert.rejects(previewPriceRule(means, { id }, staff), /no rate from EUR to USD/)
      await enter()
      const { prices } = await previewPriceRule(means, { id }, staff)
      const own = prices.find(({ ownerId, cycle: of }) => ownerId === game.productId && of === '1m')
      // 4.90 × 1.08 × 1.1 = 5.8212 → 5.99; set-up 5.00 → 5.94 → 5.99.
      assert.deepEqual([own!.oldMinor, own!.amountMinor, own!.setupMinor], [null, 599n, 599n])
      assert.deepEqual(await amount('1m'), [undefined, undefined])
      assert.equal(await applyPriceRule(means, { id }, staff), prices.length)
      // 49.00 × 1.188 = 58.212 → 58.99.
      assert.deepEqual(
        [await amount('1m'), await amount('1y')],
        [
          [599n, 599n],
          [5_899n, 0n],
        ],
      )
      assert.equal(await applyPriceRule(means, { id }, staff), 0)
      await assert.rejects(set({ currency: 'CHF' }), refused('currency'))
      await assert.rejects(set({ ending: '1.00' }), refused('ending'))
      await assert.rejects(set({ step: '0.001' }), refused('step'))
      await assert.rejects(set({ step: '0' }), refused('step'))
    })

    it('come from a plugin; a rate by hand of the same day is not undone, nonsense is refused and noted', async () => {
      await forget()
      await database.db.run(sql`delete from price_rules`)
      const { set, amount } = await shop()
      await set({ follows: true })
      const now = means.business.now()
      const plugin = { id: 'bank', version: '1.0.0', bundle_sha256: '0', granted: '{}', status: 'active' }
      const manifest = JSON.stringify({ kinds: { currency_rates: ['fetch_rates'] } })
      await database.db.insert('plugins', [{ ...plugin, manifest, installed_at: now, updated_at: now }])
      const instance = {
        id: means.newId('plg'),
        plugin_id: 'bank',
        name: 'Bank',
        settings: '{}',
        status: 'active',
      }
      await database.db.insert('plugin_instances', [{ ...instance, created_at: now, updated_at: now }])
      const asked: object[] = []
      const answers = (rate: string, on = '2026-01-31') => ({
        ...means,
        plugins: {
          call: <T>(_id: string, _kind: string, _operation: string, input: object): Promise<T> => {
            asked.push(input)
            const rates = [
              { currency: 'USD', rate },
              { currency: 'GBP', rate: '0.8' },
            ]
            return Promise.resolve({ on, rates, missing: [] } as T)
          },
        },
      })
      assert.equal(await fetchRates(answers('1.20')), 1)
      assert.deepEqual(asked, [{ base: 'EUR', currencies: ['USD'] }])
      assert.ok((await followRates(means, systemActor('test'))) > 0)
      // 4.90 × 1.20 × 1.1 = 6.468 → 6.99.
      assert.deepEqual(await amount('1m'), [699n, 699n])
      await enter({ valid_on: '2026-01-31', rate: '1.30' })
      assert.equal(await fetchRates(answers('1.20')), 0)
      // What documents are converted by is asked for too.
      await database.db.run(sql`update sellers set accounting_currency = 'EUR'`)
      asked.length = 0
      await fetchRates(answers('1.20'))
      assert.deepEqual(asked, [{ base: 'EUR', currencies: ['USD', 'IDR'] }])
      const pairs = ['USD', 'GBP', 'IDR'].map((currency) => ({ base: currency, currency: 'EUR' }))
      assert.deepEqual(await pairsWithoutRate(database.db, pairs), pairs.slice(1))
      await database.db.run(sql`update sellers set accounting_currency = null`)
      assert.equal(await fetchRates(answers('1.20', '2026-02-30')), 0)
      const noted = await database.db.all(
        sql`select id from audit where action = 'exchange_rate.fetch_failed'`,
      )
      assert.equal(noted.length, 1)
    })
  })
}
