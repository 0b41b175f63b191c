import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readAmount } from '../../core/http/page/index.ts'

test('an amount is read as the language of the reader writes it, and with the other sign of decimals too', () => {
  const cases: [string, string, string, bigint | null][] = [
    ['9,90', 'EUR', 'en', 990n],
    ['9.90', 'EUR', 'de', 990n],
    ['9,9', 'EUR', 'en', 990n],
    ['1,234', 'EUR', 'en', 123_400n],
    ['1.234', 'EUR', 'de', 123_400n],
    ['1,234.50', 'EUR', 'en', 123_450n],
    ['1.234,50', 'EUR', 'de', 123_450n],
    ['-0,05', 'EUR', 'en', -5n],
    ['1,2345', 'EUR', 'en', null],
    ['1,2,3', 'EUR', 'en', null],
    ['1.234,50', 'EUR', 'en', null],
    ['9,90', 'JPY', 'en', null],
    ['1.234', 'KWD', 'de', 1_234n],
    ['1.234,567', 'KWD', 'de', 1_234_567n],
    ['1,234', 'KWD', 'en', 1_234_000n],
    ['9,', 'EUR', 'en', null],
  ]
  for (const [text, currency, locale, minor] of cases)
    assert.equal(readAmount(text, currency, locale), minor, `${text} ${currency} ${locale}`)
})

test('what a language writes is read back, grouped or not', () => {
  const minor = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n })
  fc.assert(
    fc.property(
      minor,
      fc.constantFrom('en', 'de', 'de-CH', 'fr'),
      fc.boolean(),
      (sum, locale, useGrouping) => {
        const size = sum < 0n ? -sum : sum
        const decimal = `${sum < 0n ? '-' : ''}${size / 100n}.${String(size % 100n).padStart(2, '0')}`
        const format = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, useGrouping })
        const text = format.format(decimal as Intl.StringNumericLiteral)
        assert.equal(readAmount(text, 'EUR', locale), sum, text)
      },
    ),
  )
})
