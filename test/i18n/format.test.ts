import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  directionOf,
  formatDate,
  formatInstant,
  formatMoney,
  formatNumber,
  formatRelativeDay,
} from '../../core/i18n/index.ts'
import { instant, isoDate } from '../../core/kernel/index.ts'
import { minorDigits, money, toDecimal } from '../../sdk/index.ts'

test('money is exact beyond the reach of floating point', () => {
  assert.equal(formatMoney(money(123456789012345678901n, 'EUR'), 'en'), '€1,234,567,890,123,456,789.01')
})

test('money follows our table of minor digits, not that of Intl', () => {
  assert.equal(formatMoney(money(2400, 'EUR'), 'de'), '24,00\u00a0€')
  assert.equal(formatMoney(money(2400, 'JPY'), 'en'), '¥2,400')
  assert.equal(formatMoney(money(12345, 'KWD'), 'en'), 'KWD\u00a012.345')
  assert.equal(formatMoney(money(150, 'IQD'), 'en'), 'IQD\u00a00.150')
})

test('money is written as Intl writes it, whatever the language, the currency and the amount', () => {
  const locales = [
    'en',
    'de',
    'de-AT',
    'de-CH',
    'fr',
    'es',
    'pl',
    'pt-PT',
    'sv',
    'ja',
    'tr',
    'en-IN',
    'hi',
    'ar-EG',
    'fa',
  ]
  const currencies = ['EUR', 'USD', 'JPY', 'KWD', 'CHF', 'IDR', 'CVE', 'PLN', 'INR']
  fc.assert(
    fc.property(
      fc.constantFrom(...locales),
      fc.constantFrom(...currencies),
      fc.oneof(fc.bigInt(-(10n ** 24n), 10n ** 24n), fc.bigInt(-2_000_000n, 2_000_000n)),
      (locale, currency, minor) => {
        const digits = minorDigits(currency)
        const [minimumFractionDigits, maximumFractionDigits] = [digits, digits]
        const rules = { minimumFractionDigits, maximumFractionDigits }
        const intl = new Intl.NumberFormat(locale, { style: 'currency', currency, ...rules })
        const text = intl.format(toDecimal(money(minor, currency)) as Intl.StringNumericLiteral)
        assert.equal(formatMoney(money(minor, currency), locale), text.replace('-', '\u2212'))
      },
    ),
    { numRuns: 1_000 },
  )
})

test('a negative amount has a minus sign and no brackets', () => {
  assert.equal(formatMoney(money(-5, 'USD'), 'en'), '\u2212$0.05')
  assert.equal(formatNumber(-1200, 'en'), '\u22121,200')
})

test('an unknown currency is refused', () => {
  assert.throws(() => formatMoney({ minor: 1n, currency: 'XXX' }, 'en'), RangeError)
})

test('a day is never shifted, an instant is shown in the zone of the reader', () => {
  assert.equal(formatDate(isoDate('2026-02-28'), 'en'), '28 Feb 2026')
  assert.equal(formatDate(isoDate('2026-02-28'), 'de', 'long'), '28. Februar 2026')
  const at = instant(Date.UTC(2026, 1, 28, 23, 30))
  assert.equal(formatInstant(at, 'Europe/Berlin', 'en'), '1 Mar 2026, 00:30')
  assert.equal(formatInstant(at, 'America/New_York', 'en'), '28 Feb 2026, 18:30')
})

test('a near day is told in words', () => {
  const today = isoDate('2026-03-01')
  assert.equal(formatRelativeDay(isoDate('2026-03-01'), today, 'en'), 'today')
  assert.equal(formatRelativeDay(isoDate('2026-03-04'), today, 'en'), 'in 3 days')
  assert.equal(formatRelativeDay(isoDate('2026-02-28'), today, 'de'), 'gestern')
  assert.equal(formatRelativeDay(isoDate('2026-09-01'), today, 'en'), 'in 6 months')
})

test('direction follows the language', () => {
  assert.equal(directionOf('ar-EG'), 'rtl')
  assert.equal(directionOf('de'), 'ltr')
})
