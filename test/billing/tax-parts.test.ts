import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { computeTax, type TaxRate, type TaxRounding } from '../../core/billing/index.ts'

const line = (amountMinor: bigint, ...taxes: TaxRate[]) => ({ amountMinor, taxes })
/** 12 % on 11/12 of the price, in whole rupiah. */
const ppn: TaxRate = {
  ...{ name: 'PPN', ratePpm: 120_000, base: { numerator: 11, denominator: 12 }, whole: true },
}
const rupiah = (by: TaxRounding['by']): TaxRounding => ({ by, wholeMinor: 100n })
const sums = (lines: ReturnType<typeof line>[], inclusive: boolean, rounding: TaxRounding) => {
  const { taxMinor, groups, lines: taxed } = computeTax(lines, inclusive, rounding)
  return [taxMinor, groups.map((group) => group.netMinor), taxed.map((one) => one.taxMinor)]
}

describe('a tax on a part of the price', () => {
  test('rounds the part first and then the tax, to whole units', () => {
    // 11/12 of 10,000 rupiah are 9,166.67, as whole ones 9,167, of which 12 % are 1,100.04.
    assert.deepEqual(sums([line(1_000_000n, ppn)], false, rupiah('document')), [
      110_000n,
      [916_700n],
      [110_000n],
    ])
  })

  test('drops what is less than a unit where it is rounded down, below zero as above it', () => {
    const down = { ...ppn, down: true }
    // 9,166 and then 1,099.92.
    for (const sign of [1n, -1n])
      assert.deepEqual(sums([line(sign * 1_000_000n, down)], false, rupiah('document')), [
        sign * 109_900n,
        [sign * 916_600n],
        [sign * 109_900n],
      ])
    assert.deepEqual(sums([line(0n, down)], false, rupiah('document')), [0n, [0n], [0n]])
  })

  test('once for the document or once for each line, as the table of taxes says too', () => {
    const two = [line(1_000_000n, ppn), line(1_000_000n, ppn)]
    assert.deepEqual(sums(two, false, rupiah('document')).slice(0, 2), [220_000n, [1_833_300n]])
    assert.deepEqual(sums(two, false, rupiah('line')).slice(0, 2), [220_000n, [1_833_400n]])
    const small = [line(50n, { name: 'T', ratePpm: 190_000 }), line(50n, { name: 'T', ratePpm: 190_000 })]
    assert.deepEqual(sums(small, false, { by: 'line', wholeMinor: 1n }), [20n, [100n], [10n, 10n]])
    assert.deepEqual(sums(small, false, { by: 'document', wholeMinor: 1n })[0], 19n)
  })

  test('is taken out of a price that has it in', () => {
    // 11,100 rupiah hold 1,100: 12 % of 11/12 are 11 %.
    assert.deepEqual(sums([line(1_110_000n, ppn)], true, rupiah('document')), [
      110_000n,
      [916_700n],
      [110_000n],
    ])
  })
})

describe('taxes that are not alike', () => {
  const t = (over: Partial<TaxRate>): TaxRate => ({ name: 'T', ratePpm: 100_000, ...over })

  test('are computed each by itself, although name and rate are the same', () => {
    const base = { numerator: 11, denominator: 12 }
    for (const inclusive of [false, true]) {
      const gross = inclusive ? [1_310n, 1_320n] : [1_200n, 1_200n]
      const of = computeTax([line(gross[0]!, t({ base })), line(gross[1]!, t({}))], inclusive)
      assert.deepEqual(
        of.lines.map(({ taxMinor }) => taxMinor),
        [110n, 120n],
      )
    }
    const apart = [line(5n, t({})), line(5n, t({ treatment: 'zero_rated' }))]
    assert.equal(computeTax(apart, false).taxMinor, 2n)
  })

  test('come level by level, wherever a line names them', () => {
    const first = t({ name: 'A' })
    const second = t({ name: 'D', level: 2, compound: true })
    const { lines } = computeTax([line(100n, second), line(1_000n, first, second)], false)
    assert.deepEqual(
      lines.map(({ partsMinor }) => partsMinor),
      [[10n], [100n, 110n]],
    )
  })

  test('of a sum that no column holds are refused', () => {
    assert.throws(() => computeTax([line(10n ** 19n, t({}))], false))
  })
})
