import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  burstDirections,
  burstRate,
  slotsBetween,
  type BurstRule,
  type TrafficSample,
} from '../../core/catalog/index.ts'
import { isoDate, startOfDay, toMs } from '../../core/kernel/index.ts'

const rule = (more: Partial<BurstRule> = {}): BurstRule => ({
  ...{ direction: 'out', missing: 'skip', slots: 100_000, committedRate: 0n },
  ...more,
})
const out = (...rates: number[]): TrafficSample[] =>
  rates.map((rate) => ({ inRate: 0n, outRate: BigInt(rate) }))
const counted = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n)

/** Samples, rule, billed rate, and why. */
const WORKED: readonly (readonly [TrafficSample[], BurstRule, bigint, string])[] = [
  [[], rule(), 0n, 'nothing was measured'],
  [out(7), rule(), 7n, 'of one slot none is free'],
  [out(...counted(1, 19)), rule(), 19n, 'of 19 slots 0.95 of one would be free: none is'],
  [out(...counted(1, 20)), rule(), 19n, 'of 20 slots the highest is free'],
  [out(...counted(1, 39)), rule(), 38n, 'of 39 slots one is free'],
  [out(...counted(1, 40)), rule(), 38n, 'of 40 slots two are free'],
  [out(...counted(1, 8_640)), rule(), 8_208n, '30 days: 432 slots, 36 hours, are free'],
  [
    out(9, 9, 9, 1),
    rule({ missing: 'zero', slots: 100 }),
    0n,
    'five of 100 are free, and only four have any',
  ],
  [out(9, 9, 9, 1), rule({ missing: 'skip', slots: 100 }), 9n, 'of four slots none is free'],
  [out(...Array<number>(19).fill(5), 1_000), rule(), 5n, 'a burst in one slot of twenty costs nothing'],
  [out(...Array<number>(18).fill(5), 900, 1_000), rule(), 900n, 'in two of twenty the smaller one counts'],
]

describe('the 95th percentile of traffic', () => {
  for (const [samples, by, wanted, why] of WORKED)
    test(`${samples.length} slots: ${why}`, () => assert.equal(burstRate(samples, by).rate, wanted))

  test('either direction alone, both together, or what goes out', () => {
    // Twenty slots: in falls from 20 to 1 while out rises from 1 to 20.
    const samples = counted(1, 20).map((n) => ({ inRate: BigInt(2 * (21 - n)), outRate: BigInt(n) }))
    const by = (direction: BurstRule['direction']) => burstRate(samples, rule({ direction })).rate
    assert.equal(by('out'), 19n, 'the second highest of 1…20')
    assert.equal(by('max_of_each'), 38n, 'the second highest of 2, 4 … 40')
    assert.equal(by('sum'), 40n, '42 − n: the highest 41 is free, 40 counts')
  })

  test('what is committed is not charged twice, and less than it is not given back', () => {
    const samples = out(...counted(1, 20))
    assert.deepEqual(burstRate(samples, rule({ committedRate: 15n })), {
      rate: 19n,
      aboveRate: 4n,
      dropped: 1,
    })
    assert.equal(burstRate(samples, rule({ committedRate: 19n })).aboveRate, 0n)
    assert.equal(burstRate(samples, rule({ committedRate: 100n })).aboveRate, 0n)
  })

  test('more samples than the period has slots are refused', () => {
    assert.throws(() => burstRate(out(1, 2), rule({ slots: 1 })), /2 samples fit into 1 slots/)
  })

  /** Zone, first day, day after the last one, slots, free ones, and why. */
  const PERIODS = [
    ['UTC', '2026-04-01', '2026-05-01', 8_640, 432, '30 days'],
    ['UTC', '2026-01-01', '2026-02-01', 8_928, 446, '31 days'],
    ['UTC', '2026-02-01', '2026-03-01', 8_064, 403, '28 days'],
    ['UTC', '2028-02-01', '2028-03-01', 8_352, 417, '29 days of a leap year'],
    ['Europe/Berlin', '2026-03-01', '2026-04-01', 8_916, 445, '31 days less the hour that falls out'],
    ['Europe/Berlin', '2026-10-01', '2026-11-01', 8_940, 447, '31 days and the hour that comes twice'],
    ['Europe/Berlin', '2026-03-29', '2026-03-30', 276, 13, 'a day of 23 hours'],
    ['Australia/Lord_Howe', '2026-04-05', '2026-04-06', 294, 14, 'a day of 24 and a half hours'],
  ] as const
  for (const [zone, from, until, slots, dropped, why] of PERIODS)
    test(`${zone} from ${from} has ${slots} slots: ${why}`, () => {
      const at = (day: string) => toMs(startOfDay(zone, isoDate(day)))
      assert.equal(slotsBetween(at(from), at(until)), slots)
      assert.equal(burstRate([], rule({ missing: 'zero', slots })).dropped, dropped)
    })

  const sample = fc.record({ inRate: fc.bigInt(0n, 1_000n), outRate: fc.bigInt(0n, 1_000n) })
  const world = fc.record({
    samples: fc.array(sample, { maxLength: 120 }),
    direction: fc.constantFrom(...burstDirections),
    missing: fc.constantFrom('zero' as const, 'skip' as const),
    gaps: fc.nat({ max: 60 }),
  })
  const billed = ({ samples, gaps, ...by }: typeof world extends fc.Arbitrary<infer T> ? T : never) =>
    burstRate(samples, rule({ ...by, slots: samples.length + gaps }))

  test('at most one slot in twenty is above it, in any order of the samples, and more traffic never costs less', () => {
    fc.assert(
      fc.property(world, fc.nat(), (shop, n) => {
        const { rate, dropped } = billed(shop)
        assert.equal(billed({ ...shop, samples: shop.samples.toReversed() }).rate, rate)
        const above = shop.samples.filter(({ outRate }) => outRate > rate).length
        if (shop.direction === 'out') assert.ok(above <= dropped)
        if (shop.samples.length === 0) return
        const at = n % shop.samples.length
        const more = shop.samples.map((one, i) =>
          i === at ? { inRate: one.inRate + 50n, outRate: one.outRate + 50n } : one,
        )
        assert.ok(billed({ ...shop, samples: more }).rate >= rate)
      }),
    )
  })

  test('a gap that counts as nothing never costs more than one that is left out', () => {
    fc.assert(
      fc.property(world, (shop) => {
        const [zero, skip] = (['zero', 'skip'] as const).map((missing) => billed({ ...shop, missing }).rate)
        assert.ok(zero! <= skip!)
      }),
    )
  })
})
