import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  amountOf,
  fallsAt,
  mapScheme,
  priceScheme,
  readScheme,
  schemeKinds,
  schemeProblems,
  schemeTrace,
  storeScheme,
  type Scheme,
  type SchemeKind,
  type Tier,
} from '../../core/catalog/index.ts'

const tier = (upTo: number | null, unit: number, flat = 0): Tier => ({
  ...{ upTo, unitMinor: BigInt(unit), flatMinor: BigInt(flat) },
})
const scheme = (kind: SchemeKind, tiers: Tier[], more: Partial<Scheme> = {}): Scheme => ({
  ...{ kind, tiers, included: 0, minimumMinor: 0n, size: 1 },
  ...more,
})

/** Ten at 1.00, the next forty at 0.80, more at 0.50; each tier has a fee of its own in the second list. */
const STEPS = [tier(10, 100), tier(50, 80), tier(null, 50)]
const WITH_FEES = [tier(10, 100, 500), tier(50, 80, 300), tier(null, 50, 0)]

/** Scheme, quantity, sum, and why. */
const WORKED: readonly (readonly [Scheme, number, bigint, string])[] = [
  [scheme('per_unit', [tier(null, 50)]), 0, 0n, 'nothing bought costs nothing'],
  [scheme('per_unit', [tier(null, 50)]), 12, 600n, '12 × 0.50'],
  [scheme('per_unit', [tier(null, 50, 100)]), 12, 700n, '12 × 0.50 and the fee of 1.00 once'],
  [scheme('flat', [tier(null, 0, 900)]), 1, 900n, 'one sum, whatever the quantity'],
  [scheme('flat', [tier(null, 0, 900)]), 99, 900n, 'one sum, whatever the quantity'],
  [scheme('graduated', STEPS), 10, 1_000n, 'the tenth unit is the last of the first tier'],
  [scheme('graduated', STEPS), 11, 1_080n, '10 × 1.00 and the eleventh at 0.80'],
  [scheme('graduated', STEPS), 50, 4_200n, '10 × 1.00 + 40 × 0.80'],
  [scheme('graduated', STEPS), 60, 4_700n, '10 × 1.00 + 40 × 0.80 + 10 × 0.50'],
  [scheme('graduated', WITH_FEES), 10, 1_500n, '10 × 1.00 and the fee of the tier reached'],
  [scheme('graduated', WITH_FEES), 11, 1_880n, 'the fees of both tiers reached: 5.00 + 3.00'],
  [scheme('volume', STEPS), 10, 1_000n, 'all ten at 1.00'],
  [scheme('volume', STEPS), 11, 880n, 'all eleven at 0.80: the sum falls'],
  [scheme('volume', STEPS), 51, 2_550n, 'all at 0.50'],
  [scheme('volume', WITH_FEES), 11, 1_180n, 'all at 0.80 and the fee of that tier alone'],
  [scheme('package', [tier(null, 500)], { size: 10 }), 1, 500n, 'a package begun is charged'],
  [scheme('package', [tier(null, 500)], { size: 10 }), 10, 500n, 'exactly one package'],
  [scheme('package', [tier(null, 500)], { size: 10 }), 11, 1_000n, 'the second package begins'],
  [scheme('stairstep', [tier(10, 0, 400), tier(null, 0, 900)]), 10, 400n, 'the first step'],
  [scheme('stairstep', [tier(10, 0, 400), tier(null, 0, 900)]), 11, 900n, 'the second step, not multiplied'],
  [scheme('per_unit', [tier(null, 50)], { included: 5 }), 5, 0n, 'all of it is included'],
  [scheme('per_unit', [tier(null, 50)], { included: 5 }), 6, 50n, 'one above the five included'],
  [
    scheme('graduated', STEPS, { included: 5 }),
    16,
    1_080n,
    '11 above the five included: tiers count from there',
  ],
  [scheme('package', [tier(null, 500)], { size: 10, included: 10 }), 11, 500n, 'one above: one package'],
  [scheme('graduated', STEPS, { minimumMinor: 700n }), 3, 700n, '3.00 is below the minimum of 7.00'],
  [scheme('graduated', STEPS, { minimumMinor: 700n }), 7, 700n, 'exactly the minimum'],
  [
    scheme('per_unit', [tier(null, 50)], { included: 5, minimumMinor: 200n }),
    4,
    200n,
    'included, yet the minimum holds',
  ],
  [scheme('per_unit', [tier(null, 50)], { minimumMinor: 200n }), 0, 0n, 'no minimum for what was not bought'],
]

describe('pricing schemes', () => {
  for (const [of, quantity, sum, why] of WORKED)
    test(`${of.kind} × ${quantity} = ${sum}: ${why}`, () => {
      assert.equal(priceScheme(of, quantity).amountMinor, sum)
    })

  test('a sum is its parts, and its trace says so', () => {
    const of = scheme('graduated', WITH_FEES, { included: 2 })
    const sum = priceScheme(of, 14)
    assert.equal(
      sum.parts.reduce((total, part) => total + amountOf(part), 0n),
      sum.amountMinor,
    )
    assert.equal(schemeTrace(of, sum), 'graduated: 10 × 100 + 500 + 2 × 80 + 300, 2 included')
    const least = scheme('per_unit', [tier(null, 50)], { minimumMinor: 200n })
    assert.equal(schemeTrace(least, priceScheme(least, 1)), 'per_unit: 1 × 50, minimum 200')
  })

  test('where one more costs less is known', () => {
    assert.deepEqual(fallsAt(scheme('volume', STEPS)), [11, 51])
    assert.deepEqual(fallsAt(scheme('volume', STEPS, { included: 3 })), [14, 54])
    assert.deepEqual(fallsAt(scheme('graduated', STEPS)), [])
    assert.deepEqual(fallsAt(scheme('stairstep', [tier(10, 0, 900), tier(null, 0, 400)])), [11])
  })

  test('what does not fit is named by its field', () => {
    const problems = (of: Scheme) => Object.keys(schemeProblems(of))
    assert.deepEqual(problems(scheme('graduated', STEPS)), [])
    assert.deepEqual(problems(scheme('graduated', [])), ['tiers'])
    assert.deepEqual(problems(scheme('graduated', [tier(10, 1)])), ['tiers'])
    assert.deepEqual(problems(scheme('graduated', [tier(10, 1), tier(10, 1), tier(null, 1)])), ['tiers'])
    assert.deepEqual(problems(scheme('graduated', [tier(null, 1), tier(null, 1)])), ['tiers'])
    assert.deepEqual(problems(scheme('graduated', [tier(1.5, 1), tier(null, 1)])), ['tiers'])
    assert.deepEqual(problems(scheme('per_unit', STEPS)), ['tiers'])
    assert.deepEqual(problems(scheme('per_unit', [tier(null, -1)])), ['tiers'])
    assert.deepEqual(problems(scheme('flat', [tier(null, 1, 5)])), ['tiers'])
    assert.deepEqual(problems(scheme('flat', [tier(null, 0, 5)], { size: 2 })), ['size'])
    assert.deepEqual(problems(scheme('package', [tier(null, 5)], { size: 0 })), ['size'])
    assert.deepEqual(problems(scheme('per_unit', [tier(null, 5)], { included: -1 })), ['included'])
    assert.deepEqual(problems(scheme('per_unit', [tier(null, 5)], { minimumMinor: -1n })), ['minimum'])
  })

  const anyScheme = fc
    .record({
      kind: fc.constantFrom(...schemeKinds),
      bounds: fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 5 }),
      sums: fc.array(fc.tuple(fc.bigInt(0n, 10_000n), fc.bigInt(0n, 10_000n)), {
        minLength: 6,
        maxLength: 6,
      }),
      included: fc.integer({ min: 0, max: 50 }),
      minimumMinor: fc.bigInt(0n, 5_000n),
      size: fc.integer({ min: 1, max: 60 }),
    })
    .map(({ kind, bounds, sums, included, minimumMinor, size }): Scheme => {
      const steps = ['graduated', 'volume', 'stairstep'].includes(kind)
      const ends = steps ? [...bounds.sort((a, b) => a - b), null] : [null]
      const byUnit = kind !== 'flat' && kind !== 'stairstep'
      const tiers = ends.map((upTo, i) => ({
        upTo,
        unitMinor: byUnit ? sums[i]![0] : 0n,
        flatMinor: sums[i]![1],
      }))
      return { kind, included, minimumMinor, size: kind === 'package' ? size : 1, tiers }
    })
  const quantity = fc.integer({ min: 0, max: 1_000 })

  test('every scheme that fits prices every quantity at zero or more, and is kept as it is', () => {
    fc.assert(
      fc.property(anyScheme, quantity, (of, n) => {
        assert.deepEqual(schemeProblems(of), {})
        assert.deepEqual(readScheme(storeScheme(of)), of)
        const { amountMinor } = priceScheme(of, n)
        assert.ok(amountMinor >= (n === 0 ? 0n : of.minimumMinor))
      }),
    )
  })

  test('graduated, per unit, flat and package never fall as the quantity grows', () => {
    fc.assert(
      fc.property(anyScheme, quantity, (of, n) => {
        if (of.kind === 'volume' || of.kind === 'stairstep') return
        assert.ok(priceScheme(of, n + 1).amountMinor >= priceScheme(of, n).amountMinor)
      }),
    )
  })

  test('graduated is the sum of the prices of its units, counted one by one', () => {
    fc.assert(
      fc.property(anyScheme, quantity, (any, n) => {
        const of: Scheme = { ...any, kind: 'graduated', size: 1, minimumMinor: 0n }
        let sum = 0n
        let reached = -1
        for (let unit = 1; unit <= n - of.included; unit++) {
          const at = of.tiers.findIndex(({ upTo }) => upTo === null || unit <= upTo)
          sum += of.tiers[at]!.unitMinor
          for (; reached < at; reached++) sum += of.tiers[reached + 1]!.flatMinor
        }
        assert.equal(priceScheme(of, n).amountMinor, sum)
      }),
    )
  })

  test('where the price falls is exactly where one unit more costs less', () => {
    fc.assert(
      fc.property(anyScheme, (of) => {
        const falls = new Set(fallsAt(of))
        for (let n = of.included + 1; n < of.included + 600; n++)
          assert.equal(
            priceScheme(of, n + 1).amountMinor < priceScheme(of, n).amountMinor,
            falls.has(n + 1),
            `at ${n + 1}`,
          )
      }),
      { numRuns: 50 },
    )
  })

  test('a change of every amount keeps the steps', () => {
    fc.assert(
      fc.property(anyScheme, quantity, (of, n) => {
        const doubled = mapScheme(of, (minor) => minor * 2n)
        assert.equal(priceScheme(doubled, n).amountMinor, priceScheme(of, n).amountMinor * 2n)
      }),
    )
  })
})
