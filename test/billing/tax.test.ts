import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { computeTax, documentHash, taxesFor, type TaxRate, type TaxRule } from '../../core/billing/index.ts'
import { isoDate } from '../../core/kernel/index.ts'

const at = (ratePpm: number) => ({ name: `VAT ${ratePpm}`, ratePpm })
const lines = (ratePpm: number, ...amounts: bigint[]) =>
  amounts.map((amountMinor) => ({ amountMinor, taxes: [at(ratePpm)] }))

describe('tax on net prices, once per rate', () => {
  const cases: [string, number, bigint[], bigint][] = [
    ['three lines of 1.49 at 21 %: 0.9387', 210_000, [149n, 149n, 149n], 94n],
    ['seven lines of 0.07 at 7 %: 0.0343, not seven times nothing', 70_000, Array<bigint>(7).fill(7n), 3n],
    ['ten lines of 0.05 at 20 %', 200_000, Array<bigint>(10).fill(5n), 10n],
    ['19.99 + 4.99 + 0.99 at 25.5 %', 255_000, [1999n, 499n, 99n], 662n],
    ['a credit is the mirror of its charge', 210_000, [-149n, -149n, -149n], -94n],
  ]
  for (const [why, rate, amounts, tax] of cases) {
    test(why, () => assert.equal(computeTax(lines(rate, ...amounts), false).taxMinor, tax))
  }
})

describe('tax out of gross prices', () => {
  // Gross, rate, tax, net: from the worked table; amounts in the minor unit of their currency.
  const cases: [bigint, number, bigint, bigint][] = [
    [10_000n, 200_000, 1_667n, 8_333n],
    [11_900n, 190_000, 1_900n, 10_000n],
    [100n, 190_000, 16n, 84n],
    [995n, 210_000, 173n, 822n],
    [99n, 250_000, 20n, 79n],
    [1_000n, 100_000, 91n, 909n],
    [1_099n, 80_000, 81n, 1_018n],
    [1_234n, 50_000, 59n, 1_175n],
    [5_000n, 100_000, 455n, 4_545n],
    [999n, 200_000, 167n, 832n],
  ]
  for (const [gross, rate, tax, net] of cases) {
    test(`${gross} at ${rate} ppm holds ${tax}`, () => {
      const document = computeTax(lines(rate, gross), true)
      assert.deepEqual([document.taxMinor, document.netMinor], [tax, net])
    })
  }
})

test('lines share the tax of their rate so that everything adds up, whatever the prices', () => {
  const line = fc.record({
    amountMinor: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }),
    taxes: fc.constantFrom(at(0), at(70_000), at(190_000), at(255_000)).map((rate) => [rate]),
  })
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), fc.boolean(), (list, inclusive) => {
      const document = computeTax(list, inclusive)
      const sum = (
        pick: (x: { netMinor: bigint; taxMinor: bigint }) => bigint,
        of: readonly { netMinor: bigint; taxMinor: bigint }[],
      ) => of.reduce((s, x) => s + pick(x), 0n)
      assert.equal(
        sum((x) => x.taxMinor, document.groups),
        document.taxMinor,
      )
      assert.equal(
        sum((x) => x.netMinor, document.groups),
        document.netMinor,
      )
      list.forEach(({ amountMinor }, i) => {
        const { netMinor, taxMinor } = document.lines[i]!
        assert.equal(inclusive ? netMinor + taxMinor : netMinor, amountMinor)
      })
    }),
  )
})

const gst: TaxRate = { name: 'GST', ratePpm: 50_000 }
const qst: TaxRate = { name: 'QST', ratePpm: 99_750, level: 2, compound: false }
const pst: TaxRate = { name: 'PST', ratePpm: 80_000, level: 2, compound: false }
const compound: TaxRate = { ...pst, compound: true }

describe('two taxes on the same lines', () => {
  // Prices, taxes, gross prices?; per tax: what it was taken on and what it is; net sum. Worked out by hand.
  type Row = [base: bigint, tax: bigint]
  const cases: [string, [bigint, TaxRate[]][], boolean, Row[], bigint][] = [
    [
      '100.00 + 5.00 + 9.975',
      [[10_000n, [gst, qst]]],
      false,
      [
        [10_000n, 500n],
        [10_000n, 998n],
      ],
      10_000n,
    ],
    [
      '114.98 holds them again',
      [[11_498n, [gst, qst]]],
      true,
      [
        [10_000n, 500n],
        [10_000n, 998n],
      ],
      10_000n,
    ],
    [
      '200.00 + 10.00 + 16.00',
      [[20_000n, [gst, pst]]],
      false,
      [
        [20_000n, 1_000n],
        [20_000n, 1_600n],
      ],
      20_000n,
    ],
    [
      '200.00 + 10.00, + 8 % of 210.00',
      [[20_000n, [gst, compound]]],
      false,
      [
        [20_000n, 1_000n],
        [21_000n, 1_680n],
      ],
      20_000n,
    ],
    [
      '226.80 holds them again',
      [[22_680n, [gst, compound]]],
      true,
      [
        [20_000n, 1_000n],
        [21_000n, 1_680n],
      ],
      20_000n,
    ],
    // 5 % of 0.20 is 0.01, though neither 0.10 alone makes more than half a cent less.
    [
      'a line with one tax beside one with two',
      [
        [10n, [gst]],
        [10n, [gst, qst]],
      ],
      false,
      [
        [20n, 1n],
        [10n, 1n],
      ],
      20n,
    ],
    // 0.03 × 5 % = 0.0015 → 0; 8 % of 0.03 = 0.0024 → 0.
    [
      'less than half a cent is nothing',
      [[3n, [gst, compound]]],
      false,
      [
        [3n, 0n],
        [3n, 0n],
      ],
      3n,
    ],
    [
      'a second level alone is taken on the net sum',
      [[10_000n, [compound]]],
      false,
      [[10_000n, 800n]],
      10_000n,
    ],
    ['and out of a gross sum', [[10_800n, [compound]]], true, [[10_000n, 800n]], 10_000n],
    [
      'a credit is the mirror of its charge',
      [[-22_680n, [gst, compound]]],
      true,
      [
        [-20_000n, -1_000n],
        [-21_000n, -1_680n],
      ],
      -20_000n,
    ],
  ]
  for (const [why, of, inclusive, rows, net] of cases) {
    test(why, () => {
      const document = computeTax(
        of.map(([amountMinor, taxes]) => ({ amountMinor, taxes })),
        inclusive,
      )
      assert.deepEqual(
        document.groups.map(({ netMinor, taxMinor }) => [netMinor, taxMinor]),
        rows,
      )
      assert.equal(document.netMinor, net)
    })
  }

  const amounts = fc.array(fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }), { minLength: 1, maxLength: 20 })
  const ppm = fc.integer({ min: 1, max: 400_000 })
  const pair = fc.tuple(ppm, ppm, fc.boolean()).map(([a, b, on]): TaxRate[] => [
    { name: 'A', ratePpm: a },
    { name: 'B', ratePpm: b, level: 2, compound: on },
  ])

  test('everything adds up, by line, by tax and in sum, whatever the prices', () => {
    const taxes = fc.constantFrom<TaxRate[]>([], [gst], [gst, qst], [gst, compound], [compound])
    const line = fc.record({ amountMinor: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }), taxes })
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), fc.boolean(), (list, inclusive) => {
        const document = computeTax(list, inclusive)
        const total = (values: bigint[]) => values.reduce((sum, value) => sum + value, 0n)
        assert.equal(total(document.groups.map((group) => group.taxMinor)), document.taxMinor)
        document.groups.forEach((group) => {
          const shares = list.flatMap(({ taxes: of }, i) =>
            of.flatMap((rate, at) => (rate.name === group.name ? [document.lines[i]!.partsMinor[at]!] : [])),
          )
          assert.equal(total(shares), group.taxMinor)
        })
        list.forEach(({ amountMinor }, i) => {
          const { netMinor, taxMinor, partsMinor } = document.lines[i]!
          assert.equal(total(partsMinor), taxMinor)
          assert.equal(inclusive ? netMinor + taxMinor : netMinor, amountMinor)
        })
      }),
    )
  })

  test('what net prices make, the same gross sum holds again, to the last unit of each tax', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }), pair, (amountMinor, taxes) => {
        const made = computeTax([{ amountMinor, taxes }], false)
        const held = computeTax([{ amountMinor: made.netMinor + made.taxMinor, taxes }], true)
        assert.deepEqual(held, made)
      }),
    )
  })

  test('each tax is what its rate makes of its base, half up, once a document', () => {
    fc.assert(
      fc.property(amounts, pair, (prices, taxes) => {
        const document = computeTax(
          prices.map((amountMinor) => ({ amountMinor, taxes })),
          false,
        )
        for (const { netMinor, ratePpm, taxMinor } of document.groups) {
          const off = 2n * (taxMinor * 1_000_000n - netMinor * BigInt(ratePpm))
          assert.ok(-1_000_000n <= off && off <= 1_000_000n)
        }
      }),
    )
  })
})

test('a document of before there were two levels keeps its hash', () => {
  const invoice = {
    ...{ number: 'INV-2025-00007', issued_on: isoDate('2025-12-01'), due_on: isoDate('2025-12-08') },
    ...{ currency: 'EUR', client_id: 'cli_before', locale: 'en', notes: null, corrects_id: null },
    ...{ subtotal_minor: 10_000n, tax_minor: 1_330n, total_minor: 11_330n },
    ...{ seller: '{"name":"S"}', buyer: '{"name":"B"}' },
  }
  const line = (position: number, net_minor: bigint, tax_minor: bigint, tax_rate_ppm: number) => ({
    ...{
      position,
      kind: 'recurring',
      description: `Hosting ${position}`,
      quantity: 1,
      unit_minor: net_minor,
    },
    ...{ amount_minor: net_minor, net_minor, tax_minor, tax_name: 'VAT', tax_rate_ppm },
    ...{ period_start: '2025-12-01', period_end: '2026-01-01' },
  })
  const tax = (rate_ppm: number, net_minor: bigint, tax_minor: bigint, level = 1) => ({
    ...{ tax_name: 'VAT', rate_ppm, level, compound: 0, net_minor, tax_minor },
  })
  const lines = [line(1, 7_000n, 1_120n, 160_000), line(2, 3_000n, 210n, 70_000)]
  const first = tax(160_000, 7_000n, 1_120n)
  // Computed by the code of that time.
  const then = 'c43eb6b7000e0572229af61b1e31059b6b1b9e58484dc51dfb96e2608ad5afe7'
  assert.equal(documentHash(invoice, lines, [first, tax(70_000, 3_000n, 210n)]), then)
  assert.notEqual(documentHash(invoice, lines, [first, tax(70_000, 3_000n, 210n, 2)]), then)
})

describe('which rule applies', () => {
  const rule = (over: Partial<TaxRule>): TaxRule => ({
    country: 'DE',
    region: null,
    tax_class: 'standard',
    name: 'MwSt',
    rate_ppm: 190_000,
    level: 1,
    compound: 0,
    starts_on: isoDate('2020-01-01'),
    ends_on: null,
    ...over,
  })
  const rules = [
    rule({ ends_on: isoDate('2026-07-01') }),
    rule({ starts_on: isoDate('2026-07-01'), rate_ppm: 200_000 }),
    rule({ country: 'CA', name: 'GST', rate_ppm: 50_000 }),
    rule({ country: 'CA', region: 'QC', name: 'QST', rate_ppm: 99_750, level: 2 }),
    rule({ country: 'CA', region: 'ON', name: 'HST', rate_ppm: 130_000 }),
    rule({ country: 'CA', region: 'XX', name: 'PST', rate_ppm: 100_000, level: 2, compound: 1 }),
  ]
  const buyer = (country: string, region: string | null = null, exempt = false) => ({
    country,
    region,
    exempt,
  })
  const rate = (b: ReturnType<typeof buyer>, on = '2026-01-01', taxClass = 'standard') =>
    taxesFor(rules, b, taxClass, isoDate(on)).map(({ name, ratePpm }) => [name, ratePpm])

  test('by country and day', () => {
    assert.deepEqual(rate(buyer('DE'), '2026-06-30'), [['MwSt', 190_000]])
    assert.deepEqual(rate(buyer('DE'), '2026-07-01'), [['MwSt', 200_000]])
  })
  test('a region before its country', () => {
    assert.deepEqual(rate(buyer('CA', 'ON')), [['HST', 130_000]])
    assert.deepEqual(rate(buyer('CA', 'AB')), [['GST', 50_000]])
  })
  test('two at once where a place has rules of both levels', () => {
    assert.deepEqual(taxesFor(rules, buyer('CA', 'QC'), 'standard', isoDate('2026-01-01')), [
      { name: 'GST', ratePpm: 50_000 },
      { name: 'QST', ratePpm: 99_750, level: 2, compound: false },
    ])
    assert.deepEqual(taxesFor(rules, buyer('CA', 'XX'), 'standard', isoDate('2026-01-01'))[1], {
      name: 'PST',
      ratePpm: 100_000,
      level: 2,
      compound: true,
    })
  })
  test('nothing where no rule stands, for another class, or for an exempt client', () => {
    assert.deepEqual(rate(buyer('US')), [])
    assert.deepEqual(rate(buyer('DE'), '2026-01-01', 'books'), [])
    assert.deepEqual(taxesFor(rules, buyer('CA', 'QC', true), 'standard', isoDate('2026-01-01')), [
      { name: 'exempt', ratePpm: 0, treatment: 'exempt' },
    ])
  })
})
