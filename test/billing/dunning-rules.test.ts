import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { classifyDecline, outsideQuiet } from '../../core/billing/index.ts'
import { instant } from '../../core/kernel/index.ts'
import { declined } from '../../plugins/stripe/refusals.ts'

/** Stripe's codes and advice, and what each asks of us. Reasons: the table of test cards and section 2 of its API. */
const STRIPE: readonly [
  error: { code?: string; decline_code?: string; advice_code?: string },
  wanted: string,
][] = [
  [{ decline_code: 'insufficient_funds' }, 'soft'],
  [{ decline_code: 'generic_decline' }, 'soft'],
  [{ decline_code: 'card_velocity_exceeded' }, 'soft'],
  [{ code: 'processing_error' }, 'soft'],
  [{ decline_code: 'generic_decline', advice_code: 'try_again_later' }, 'soft'],
  [{ decline_code: 'a code of next year' }, 'soft'],
  [{ decline_code: 'lost_card' }, 'hard'],
  [{ decline_code: 'stolen_card' }, 'hard'],
  [{ code: 'expired_card' }, 'hard'],
  [{ code: 'incorrect_number' }, 'hard'],
  [{ decline_code: 'generic_decline', advice_code: 'do_not_try_again' }, 'hard'],
  [{ decline_code: 'generic_decline', advice_code: 'confirm_card_data' }, 'hard'],
  [{ code: 'authentication_required' }, 'needs_client'],
  [{ code: 'payment_intent_authentication_failure' }, 'needs_client'],
]

describe('what a decline asks of us', () => {
  for (const [error, wanted] of STRIPE)
    test(`Stripe's ${Object.values(error).join(' with ')} is ${wanted}`, () =>
      assert.equal(classifyDecline(declined(error).retry), wanted))

  test('what is not said to work later is not repeated', () => {
    assert.deepEqual([classifyDecline('never'), classifyDecline(null)], ['hard', 'hard'])
  })
})

describe('quiet hours', () => {
  const at = (now: string, zone: string, from: number, until: number): string =>
    outsideQuiet(instant(Date.parse(now)), zone, { from, until })

  const cases: readonly [string, string, number, number, string][] = [
    // By day nothing waits; the last quiet minute does, the first one after does not.
    ['2026-01-15T10:00:00.000Z', 'Europe/Berlin', 21, 8, '2026-01-15T10:00:00.000Z'],
    ['2026-01-15T06:59:00.000Z', 'Europe/Berlin', 21, 8, '2026-01-15T07:00:00.000Z'],
    ['2026-01-15T07:00:00.000Z', 'Europe/Berlin', 21, 8, '2026-01-15T07:00:00.000Z'],
    ['2026-01-15T20:00:00.000Z', 'Europe/Berlin', 21, 8, '2026-01-16T07:00:00.000Z'],
    // The same moment is day in Jakarta and night in New York.
    ['2026-01-15T03:10:00.000Z', 'Asia/Jakarta', 21, 8, '2026-01-15T03:10:00.000Z'],
    ['2026-01-15T03:10:00.000Z', 'America/New_York', 21, 8, '2026-01-15T13:00:00.000Z'],
    // The night that is an hour short ends at eight all the same, and so does the one that is an hour long.
    ['2026-03-28T22:00:00.000Z', 'Europe/Berlin', 21, 8, '2026-03-29T06:00:00.000Z'],
    ['2026-10-24T22:00:00.000Z', 'Europe/Berlin', 21, 8, '2026-10-25T07:00:00.000Z'],
    // Offsets of half and quarter hours.
    ['2026-01-15T18:00:00.000Z', 'Asia/Kathmandu', 22, 7, '2026-01-16T01:15:00.000Z'],
    // From before noon to after it; and no quiet time at all.
    ['2026-01-15T12:30:00.000Z', 'UTC', 12, 14, '2026-01-15T14:00:00.000Z'],
    ['2026-01-15T03:00:00.000Z', 'UTC', 0, 0, '2026-01-15T03:00:00.000Z'],
  ]
  for (const [now, zone, from, until, wanted] of cases)
    test(`${now} in ${zone}, quiet from ${from} to ${until}: ${wanted}`, () =>
      assert.equal(at(now, zone, from, until), wanted))

  test('never end in a quiet hour, and never later than a day', () => {
    const hour = fc.integer({ min: 0, max: 23 })
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Apia')
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 366 * 1_440 }),
        zone,
        hour,
        hour,
        (minute, place, from, until) => {
          const now = instant(Date.UTC(2026, 0, 1) + minute * 60_000)
          const then = outsideQuiet(now, place, { from, until })
          assert.equal(outsideQuiet(then, place, { from, until }), then)
          const waits = Date.parse(then) - Date.parse(now)
          assert.ok(waits >= 0 && waits <= 25 * 3_600_000, `${now} waits for ${then}`)
        },
      ),
    )
  })
})
