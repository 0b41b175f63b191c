import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { feeOn, lateFee, type LateFee } from '../../core/billing/index.ts'
import { feeSteps } from '../../core/billing/run/late-fee.ts'
import { isoDate } from '../../core/kernel/index.ts'

const eur = (sum: string) => ({ EUR: sum })
const both = { EUR: '5', IDR: '50000' }
const percent = { kind: 'percent', percent: '1' } as const

const rule = (over: Partial<LateFee>): LateFee => ({ ...lateFee.preset, ...over }) as LateFee

describe('a late fee', () => {
  test('is a sum or a share of what is open, within its bounds, in any currency', () => {
    const cases: [over: Partial<LateFee>, open: bigint, currency: string, fee: bigint, why: string][] = [
      [{ kind: 'none', amount: eur('5'), minimum: eur('3') }, 10_000n, 'EUR', 0n, 'none, also with bounds'],
      [{ kind: 'fixed', amount: eur('5') }, 1n, 'EUR', 500n, 'five euros on whatever is open'],
      [{ kind: 'fixed', amount: eur('5,50') }, 1n, 'EUR', 550n, 'as much of the world writes it'],
      [{ kind: 'fixed', amount: both }, 1n, 'IDR', 5_000_000n, 'fifty thousand rupiah beside five euros'],
      [{ kind: 'fixed', amount: eur('5') }, 1n, 'USD', 0n, 'no fee in a currency without one'],
      [{ kind: 'fixed', amount: eur('5'), minimum: { USD: '3' } }, 1n, 'USD', 0n, 'a least makes none of it'],
      [{ kind: 'fixed', amount: eur('0'), minimum: eur('3') }, 1n, 'EUR', 0n, 'nothing is none'],
      [{ kind: 'fixed', amount: { JPY: '2.50' } }, 1n, 'JPY', 3n, 'kept from before: half up'],
      [
        { kind: 'fixed', amount: { KWD: '2.505' } },
        1n,
        'KWD',
        2_505n,
        'three decimals where there are three',
      ],
      [{ kind: 'percent', percent: '1.5' }, 10_001n, 'EUR', 150n, '1.5 % of 100.01 is 1.50015'],
      [{ kind: 'percent', percent: '0.5' }, 100n, 'EUR', 1n, 'half a cent goes up'],
      [{ kind: 'percent', percent: '1', minimum: eur('4') }, 10_000n, 'EUR', 400n, 'raised to the least'],
      [
        { kind: 'percent', percent: '10', maximum: eur('40') },
        100_000n,
        'EUR',
        4_000n,
        'lowered to the most',
      ],
      [{ ...percent, minimum: eur('4'), maximum: eur('3') }, 100n, 'EUR', 300n, 'the most wins'],
      [{ ...percent, minimum: eur('4') }, 100n, 'USD', 1n, 'without a least in dollars'],
    ]
    for (const [over, open, currency, fee, why] of cases)
      assert.equal(feeOn(rule(over), open, currency), fee, why)
  })

  test('lies between its bounds, whatever is open', () =>
    fc.assert(
      fc.property(
        fc.bigInt(0n, 10_000_000_000n),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 50, max: 500 }),
        (open, percent, least, most) => {
          const fee = feeOn(
            rule({
              kind: 'percent',
              percent: `${percent}`,
              minimum: eur(`${least}`),
              maximum: eur(`${most}`),
            }),
            open,
            'EUR',
          )
          return fee >= BigInt(least) * 100n && fee <= BigInt(most) * 100n
        },
      ),
    ))
})

describe('the steps of a late fee', () => {
  const today = isoDate('2026-02-10')

  test('each looks at documents that fell due so long ago, and three days further back', () => {
    const [first, second, ...none] = feeSteps(
      rule({ kind: 'fixed', grace_days: 7, every_days: 10, times: 2 }),
      today,
    )
    assert.deepEqual(first, { step: 1, dueFrom: '2026-01-31', dueTo: '2026-02-03' })
    assert.deepEqual(second, { step: 2, dueFrom: '2026-01-21', dueTo: '2026-01-24' })
    assert.deepEqual(none, [])
  })

  test('one alone without days between them, and none without a fee', () => {
    const once = { grace_days: 1, every_days: 0, times: 5 }
    assert.deepEqual(feeSteps(rule({ kind: 'percent', ...once }), today), [
      { step: 1, dueFrom: '2026-02-06', dueTo: '2026-02-09' },
    ])
    assert.deepEqual(feeSteps(rule({ kind: 'none', ...once }), today), [])
  })
})
