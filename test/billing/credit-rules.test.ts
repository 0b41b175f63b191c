import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { orderOfUse, type OpenGrant } from '../../core/billing/index.ts'
import { instant, isoDate } from '../../core/kernel/index.ts'

const grant = (id: string, leftMinor: bigint, more: Partial<OpenGrant> = {}): OpenGrant => ({
  ...{ id, leftMinor, priority: 100, expiresOn: null, createdAt: instant(Date.UTC(2026, 0, 1)) },
  ...more,
})
const today = isoDate('2026-03-01')
const used = (grants: OpenGrant[], paid: bigint, wanted: bigint) =>
  orderOfUse(grants, paid, { wantedMinor: wanted, today }).map((use) => [use.grantId, use.amountMinor])

describe('the order in which credit is used', () => {
  test('by priority first, whatever ends when', () =>
    assert.deepEqual(
      used(
        [grant('late', 50n, { priority: 10 }), grant('soon', 50n, { expiresOn: isoDate('2026-03-02') })],
        0n,
        60n,
      ),
      [
        ['late', 50n],
        ['soon', 10n],
      ],
    ))

  test('then what ends first, then what never ends, then what was paid in', () =>
    assert.deepEqual(
      used(
        [
          grant('never', 10n),
          grant('june', 10n, { expiresOn: isoDate('2026-06-01') }),
          grant('april', 10n, { expiresOn: isoDate('2026-04-01') }),
        ],
        10n,
        35n,
      ),
      [
        ['april', 10n],
        ['june', 10n],
        ['never', 10n],
        [null, 5n],
      ],
    ))

  test('what was paid in comes before what shall be used last', () =>
    assert.deepEqual(used([grant('last', 10n, { priority: 200 })], 10n, 15n), [
      [null, 10n],
      ['last', 5n],
    ]))

  test('the oldest of equals; what has ended not at all, from its day on', () =>
    assert.deepEqual(
      used(
        [
          grant('younger', 10n, { createdAt: instant(Date.UTC(2026, 1, 1)) }),
          grant('older', 10n),
          grant('ended', 10n, { expiresOn: today }),
        ],
        0n,
        99n,
      ),
      [
        ['older', 10n],
        ['younger', 10n],
      ],
    ))

  test('in one order, however the grants come: what ends, then the older, then the one entered first', () => {
    const [early, late] = [0, 1].map((hour) => instant(Date.UTC(2026, 0, 1, hour)))
    const june = isoDate('2026-06-01')
    const inOrder = [
      grant('g9', 1n, { priority: 50, createdAt: late! }),
      grant('g8', 1n, { expiresOn: isoDate('2026-05-31'), createdAt: late! }),
      grant('g5', 1n, { expiresOn: june, createdAt: early! }),
      grant('g6', 1n, { expiresOn: june, createdAt: early! }),
      grant('g1', 1n, { expiresOn: june, createdAt: late! }),
      grant('g0', 1n, { createdAt: early! }),
      grant('g2', 1n, { createdAt: late! }),
      grant('g3', 1n, { createdAt: late! }),
    ]
    const wanted = inOrder.map(({ id }) => id)
    fc.assert(
      fc.property(fc.shuffledSubarray(inOrder, { minLength: inOrder.length }), (grants) => {
        assert.deepEqual(
          used(grants, 0n, 8n).map(([id]) => id),
          wanted,
        )
      }),
    )
  })

  test('never more than is wanted, than a grant has left, or than there is; all of it when it is wanted', () => {
    const amount = fc.bigInt({ min: 0n, max: 10_000n })
    const some = fc.record({
      ...{ leftMinor: amount, priority: fc.integer({ min: 1, max: 300 }) },
      end: fc.option(fc.integer({ min: 1, max: 28 })),
      made: fc.integer({ min: 0, max: 1_000 }),
    })
    fc.assert(
      fc.property(fc.array(some, { maxLength: 12 }), amount, amount, (facts, paid, wanted) => {
        const grants = facts.map(({ leftMinor, priority, end, made }, i) =>
          grant(`g${i}`, leftMinor, {
            priority,
            expiresOn: end === null ? null : isoDate(`2026-03-${String(end).padStart(2, '0')}`),
            createdAt: instant(made),
          }),
        )
        const uses = orderOfUse(grants, paid, { wantedMinor: wanted, today: isoDate('2026-03-15') })
        const usable = grants.filter(({ expiresOn }) => expiresOn === null || expiresOn > '2026-03-15')
        const there = usable.reduce((sum, { leftMinor }) => sum + leftMinor, paid)
        const taken = uses.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)
        assert.equal(taken, there < wanted ? there : wanted)
        assert.equal(new Set(uses.map(({ grantId }) => grantId)).size, uses.length)
        for (const { grantId, amountMinor } of uses) {
          const left = grantId === null ? paid : usable.find(({ id }) => id === grantId)!.leftMinor
          assert.ok(amountMinor > 0n && amountMinor <= left)
        }
        assert.deepEqual(
          orderOfUse([...grants].reverse(), paid, { wantedMinor: wanted, today: isoDate('2026-03-15') }),
          uses,
          'the order in which grants are read does not matter',
        )
      }),
    )
  })
})
