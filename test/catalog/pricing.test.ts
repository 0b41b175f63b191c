import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  discountParts,
  fromPrice,
  perMonth,
  priceAt,
  priceSelection,
  type Coupon,
  type Option,
  type Price,
  type Product,
} from '../../core/catalog/index.ts'
import { cycle, isoDate } from '../../core/kernel/index.ts'

const DAY = isoDate('2026-03-01')
const MONTH = cycle('1m')

function price(ownerId: string, amountMinor: bigint, more: Partial<Price> = {}): Price {
  const preset = { cycle: MONTH, currency: 'EUR', setupMinor: 0n, validFrom: isoDate('2026-01-01') }
  return { id: `prc_${ownerId}_${amountMinor}`, ownerId, amountMinor, ...preset, ...more }
}

function option(key: string, kind: Option['kind'], more: Partial<Option> = {}): Option {
  return {
    id: `opt_${key}`,
    productId: 'prd_1',
    key,
    name: key,
    hint: null,
    kind,
    unit: null,
    required: false,
    minimum: null,
    maximum: null,
    step: null,
    preset: null,
    setting: null,
    changeable: true,
    conditions: [],
    position: 0,
    retiredAt: null,
    version: 1,
    chosen: null,
    values: [],
    prices: [],
    ...more,
  }
}

function value(key: string, amountMinor: bigint | null, retired = false) {
  return {
    id: `opv_${key}`,
    key,
    label: key.toUpperCase(),
    moduleValue: null,
    serverGroupId: null,
    free: null,
    conditions: [],
    position: 0,
    retiredAt: retired ? ('2026-02-01T00:00:00.000Z' as never) : null,
    version: 1,
    prices: amountMinor === null ? [] : [price(`opv_${key}`, amountMinor)],
  }
}

function product(more: Partial<Product> = {}): Product {
  return {
    id: 'prd_1',
    periodsMax: null,
    trial: null,
    brandId: 'brd_1',
    groupId: 'grp_1',
    slug: 'vps',
    kind: 'vps',
    name: 'VPS',
    summary: null,
    description: null,
    features: [],
    status: 'active',
    position: 0,
    featured: false,
    taxClass: 'standard',
    stock: null,
    deliveryOn: 'payment',
    instanceId: null,
    serverGroupId: null,
    moduleSettings: {},
    graceDays: null,
    terminateDays: null,
    version: 1,
    prices: [price('prd_1', 490n, { setupMinor: 500n })],
    options: [],
    fields: [],
    addons: [],
    ...more,
  }
}

function coupon(more: Partial<Coupon> = {}): Coupon {
  return {
    id: 'cpn_1',
    brandId: 'brd_1',
    code: 'SUMMER',
    kind: 'percent',
    percentPpm: 100_000,
    currency: null,
    amountMinor: null,
    productIds: [],
    groupIds: [],
    onlyCycles: [],
    onlyCurrencies: [],
    requiredProductIds: [],
    buyers: 'anyone',
    minimumMinor: null,
    minimumCurrency: null,
    stackable: false,
    automatic: false,
    cycles: 1,
    startsOn: null,
    endsOn: null,
    usesMax: null,
    usesPerClient: null,
    uses: 0,
    status: 'active',
    version: 1,
    ...more,
  }
}

const terms = { currency: 'EUR', cycle: MONTH, day: DAY }

describe('the price on a day', () => {
  const versions = [
    price('prd_1', 490n),
    price('prd_1', 590n, { validFrom: isoDate('2026-03-01') }),
    price('prd_1', 690n, { validFrom: isoDate('2026-03-02') }),
  ]

  it('is the newest version that holds already', () => {
    assert.equal(priceAt(versions, terms)?.amountMinor, 590n)
    assert.equal(priceAt(versions, { ...terms, day: isoDate('2026-02-28') })?.amountMinor, 490n)
    assert.equal(priceAt(versions, { ...terms, day: isoDate('2025-12-31') }), undefined)
    assert.equal(priceAt(versions, { ...terms, currency: 'USD' }), undefined)
  })

  it('comes to a month by the length of its cycle, half up', () => {
    assert.equal(perMonth(4_900n, cycle('1y')), 408n)
    assert.equal(perMonth(1_000n, cycle('3m')), 333n)
    assert.equal(perMonth(100n, cycle('1d')), 3_042n)
    assert.equal(perMonth(700n, cycle('1w')), 3_042n)
    assert.equal(perMonth(700n, cycle('once')), null)
  })

  it('on a card includes the least that must be chosen', () => {
    const memory = option('memory', 'number', {
      required: true,
      minimum: 4,
      prices: [price('opt_memory', 50n)],
    })
    const place = option('place', 'list', { required: true, values: [value('a', 300n), value('b', 100n)] })
    const from = fromPrice(product({ options: [memory, place] }), 'EUR', DAY)
    assert.deepEqual(from, { cycle: '1m', amountMinor: 790n, setupMinor: 500n, perMonthMinor: 790n })
    assert.equal(fromPrice(product(), 'JPY', DAY), null)
  })
})

describe('a priced selection', () => {
  const options = [
    option('memory', 'number', {
      required: true,
      minimum: 4,
      maximum: 16,
      step: 4,
      unit: 'GB',
      prices: [price('opt_memory', 50n)],
    }),
    option('place', 'list', {
      preset: 'a',
      values: [value('a', null), value('b', 100n), value('c', 1n, true)],
    }),
    option('disk', 'radio', { required: true, values: [value('ssd', 0n), value('nvme', 250n)] }),
    option('backup', 'checkbox', { prices: [price('opt_backup', 150n, { setupMinor: 200n })] }),
    option('ip', 'quantity', { maximum: 3, prices: [price('opt_ip', 200n)] }),
  ]

  it('has a line for each priced thing and for each setup', () => {
    const chosen = { memory: '8', place: 'b', disk: 'nvme', backup: 'on', ip: 2 }
    const priced = priceSelection(product({ options }), { options: chosen }, terms)
    assert.deepEqual(priced.errors, {})
    assert.deepEqual(
      priced.lines.map((line) => [line.kind, line.label, line.quantity, line.amountMinor, line.recurs]),
      [
        ['recurring', 'VPS', 1, 490n, true],
        ['option', 'memory: 8 GB', 8, 400n, true],
        ['option', 'place: B', 1, 100n, true],
        ['option', 'disk: NVME', 1, 250n, true],
        ['option', 'backup', 1, 150n, true],
        ['option', 'ip: 2', 2, 400n, true],
        ['setup', 'VPS', 1, 500n, false],
        ['setup', 'backup', 1, 200n, false],
      ],
    )
    assert.deepEqual(priced.first, { subtotalMinor: 2_490n, discountMinor: 0n, totalMinor: 2_490n })
    assert.deepEqual(priced.renewal, { subtotalMinor: 1_790n, discountMinor: 0n, totalMinor: 1_790n })
    assert.deepEqual(priced.lines[1]?.trace, {
      option: 'memory',
      value: '8',
      price_id: 'prc_opt_memory_50',
      valid_from: '2026-01-01',
      cycle: '1m',
    })
  })

  it('takes presets and minimums for what is left out', () => {
    const priced = priceSelection(product({ options }), { options: { disk: 'ssd' } }, terms)
    assert.deepEqual(priced.errors, {})
    assert.deepEqual(
      priced.choices.map((choice) => [choice.key, choice.value, choice.amountMinor]),
      [
        ['memory', '4', 50n],
        ['place', 'a', 0n],
        ['disk', 'ssd', 0n],
      ],
    )
  })

  it('names the field and the allowed range of what does not fit', () => {
    const chosen = { memory: 7, place: 'c', backup: 'x', ip: 4, colour: 'red' }
    const priced = priceSelection(product({ options }), { options: chosen, quantity: 0 }, terms)
    assert.deepEqual(priced.errors, {
      quantity: 'must be a whole number from 1 to 50',
      'option.memory': 'must be 4 to 16 GB in steps of 4',
      'option.place': '"C" is no longer sold; choose one of a, b',
      'option.disk': 'must be chosen; choose one of ssd, nvme',
      'option.ip': 'must be a whole number, 0 to 3',
      'option.colour': 'is not an option of this product',
    })
  })

  it('refuses currencies and cycles that are not sold', () => {
    const other = (more: object) => priceSelection(product(), {}, { ...terms, ...more }).errors
    assert.deepEqual(other({ currency: 'USD' }), { currency: 'is not sold in USD; choose one of EUR' })
    assert.deepEqual(other({ cycle: cycle('1y') }), {
      cycle: 'is not sold for "1y" in EUR; choose one of 1m',
    })
    const yearly = product({
      prices: [...product().prices, price('prd_1', 4_900n, { cycle: cycle('1y') })],
      options: [option('backup', 'checkbox', { prices: [price('opt_backup', 150n)] })],
    })
    const priced = priceSelection(yearly, { options: { backup: true } }, { ...terms, cycle: cycle('1y') })
    assert.deepEqual(priced.errors, { 'option.backup': 'is not sold for "1y" in EUR' })
  })

  it('is sold for every cycle of the trade, once and free among them', () => {
    const sums: [string, bigint, boolean][] = [
      ['once', 990n, false],
      ['free', 0n, false],
      ['1m', 500n, true],
      ['3m', 1_400n, true],
      ['6m', 2_700n, true],
      ['1y', 5_000n, true],
      ['2y', 9_500n, true],
      ['3y', 13_500n, true],
    ]
    const prices = sums.map(([of, amount]) => price('prd_1', amount, { cycle: cycle(of) }))
    for (const [of, amount, recurs] of sums) {
      const priced = priceSelection(product({ prices }), {}, { ...terms, cycle: cycle(of) })
      assert.deepEqual(priced.errors, {}, of)
      assert.equal(priced.first.totalMinor, amount, of)
      assert.equal(priced.renewal?.totalMinor ?? null, recurs ? amount : null, of)
    }
  })

  it('is charged once when it is sold once', () => {
    const once = product({ prices: [price('prd_1', 990n, { cycle: cycle('once') })] })
    const priced = priceSelection(once, { quantity: 2 }, { ...terms, cycle: cycle('once') })
    assert.deepEqual(
      priced.lines.map((line) => [line.kind, line.amountMinor, line.recurs]),
      [['once', 1_980n, false]],
    )
    assert.equal(priced.renewal, null)
  })

  it('rounds a percentage half up on each line', () => {
    const memory = option('memory', 'number', { minimum: 1, prices: [price('opt_memory', 5n)] })
    const of = product({ prices: [price('prd_1', 495n)], options: [memory] })
    const priced = priceSelection(of, {}, { ...terms, coupon: coupon() })
    // 49.5 and 0.5 become 50 and 1.
    assert.deepEqual(priced.first, { subtotalMinor: 500n, discountMinor: 51n, totalMinor: 449n })
    assert.deepEqual(priced.renewal, { subtotalMinor: 500n, discountMinor: 0n, totalMinor: 500n })
    assert.equal(priced.lines.at(-1)?.trace.parts, '50 1')
  })

  it('never goes below zero with a fixed coupon, and says what renewals cost', () => {
    const fixed = coupon({
      kind: 'fixed',
      percentPpm: null,
      currency: 'EUR',
      amountMinor: 600n,
      cycles: null,
    })
    const priced = priceSelection(product(), {}, { ...terms, coupon: fixed })
    assert.deepEqual(priced.first, { subtotalMinor: 990n, discountMinor: 600n, totalMinor: 390n })
    assert.deepEqual(priced.renewal, { subtotalMinor: 490n, discountMinor: 490n, totalMinor: 0n })
  })

  it('says why a coupon does not count', () => {
    const why = (more: Partial<Coupon>) =>
      priceSelection(product(), {}, { ...terms, coupon: coupon(more) }).errors.coupon
    assert.equal(why({}), undefined)
    assert.equal(why({ status: 'retired' }), 'The coupon "SUMMER" is no longer valid.')
    assert.equal(why({ startsOn: isoDate('2026-03-02') }), 'The coupon "SUMMER" is valid from 2026-03-02 on.')
    assert.equal(why({ startsOn: DAY, endsOn: DAY }), undefined)
    assert.equal(why({ endsOn: isoDate('2026-02-28') }), 'The coupon "SUMMER" ended on 2026-02-28.')
    assert.equal(why({ usesMax: 2, uses: 2 }), 'The coupon "SUMMER" has been used up.')
    assert.equal(
      why({ kind: 'fixed', currency: 'USD', amountMinor: 1n }),
      'The coupon "SUMMER" is for orders in USD, not in EUR.',
    )
    const unfit = 'The coupon "SUMMER" is not for this product or billing cycle.'
    assert.equal(why({ productIds: ['prd_2'] }), unfit)
    assert.equal(why({ onlyCycles: [cycle('1y')] }), unfit)
  })
})

describe('prices hold for any numbers', () => {
  const amounts = fc.bigInt({ min: 0n, max: 10n ** 15n })
  const anyCoupon = fc.oneof(
    fc.integer({ min: 1, max: 1_000_000 }).map((ppm) => coupon({ percentPpm: ppm, cycles: null })),
    amounts.map((amountMinor) =>
      coupon({
        kind: 'fixed',
        percentPpm: null,
        currency: 'EUR',
        amountMinor: amountMinor + 1n,
        cycles: null,
      }),
    ),
  )

  it('sums are those of the lines, and no discount exceeds them, at every scale of currency', () => {
    const currency = fc.constantFrom('EUR', 'IDR', 'JPY', 'KWD')
    const facts = fc.record({
      currency,
      base: amounts,
      setup: amounts,
      unit: amounts,
      number: fc.nat(200),
      quantity: fc.integer({ min: 1, max: 50 }),
      coupon: anyCoupon,
    })
    fc.assert(
      fc.property(facts, ({ currency, base, setup, unit, number, quantity, coupon }) => {
        const own = price('prd_1', base, { currency, setupMinor: setup })
        const memory = option('memory', 'number', { prices: [price('opt_memory', unit, { currency })] })
        const of = product({ prices: [own], options: [memory] })
        const used = { ...coupon, currency: coupon.kind === 'fixed' ? currency : null }
        const priced = priceSelection(
          of,
          { quantity, options: { memory: number } },
          { ...terms, currency, coupon: used },
        )
        assert.deepEqual(priced.errors, {})
        const total = priced.lines.reduce((sum, line) => sum + line.amountMinor, 0n)
        assert.equal(total, priced.first.totalMinor)
        const expected = (base + setup + unit * BigInt(number)) * BigInt(quantity)
        assert.equal(priced.first.subtotalMinor, expected)
        for (const sums of [priced.first, priced.renewal!]) {
          assert.equal(sums.subtotalMinor - sums.discountMinor, sums.totalMinor)
          assert.ok(sums.discountMinor >= 0n && sums.discountMinor <= sums.subtotalMinor)
        }
      }),
    )
  })

  it('a fixed sum is spread exactly, and never takes more from a line than it has', () => {
    fc.assert(
      fc.property(fc.array(amounts, { minLength: 1, maxLength: 20 }), amounts, (lines, off) => {
        const parts = discountParts(coupon({ kind: 'fixed', amountMinor: off }), lines)
        const whole = lines.reduce((a, b) => a + b, 0n)
        assert.equal(
          parts.reduce((a, b) => a + b, 0n),
          off < whole ? off : whole,
        )
        parts.forEach((part, i) => assert.ok(part >= 0n && part <= lines[i]!))
      }),
    )
  })
})
