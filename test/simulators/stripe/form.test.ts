import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeForm } from '../../../simulators/stripe/inbound/form.ts'
import { checkAmount, writeAmount } from '../../../simulators/stripe/money/amounts.ts'

/** The same fields with ordinary prototypes, so that they compare. */
const plain = (text: string): unknown => JSON.parse(JSON.stringify(decodeForm(text)))

test('brackets nest, numbers index, empty brackets count on', () => {
  assert.deepEqual(plain('a[b][0]=1&a[b][1]=2&c=x+y%26z&d[]=p&d[]=q&e='), {
    a: { b: { 0: '1', 1: '2' } },
    c: 'x y&z',
    d: { 0: 'p', 1: 'q' },
    e: '',
  })
})

test('a field cannot reach the prototype', () => {
  const fields = decodeForm('__proto__[polluted]=yes&constructor[prototype][polluted]=yes')
  assert.equal(Object.getPrototypeOf(fields), null)
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
})

for (const form of ['a=1&a[b]=2', 'a[b]=2&a=1', 'a]b=1', 'a[b=1', '%zz=1']) {
  test(`"${form}" is refused`, () => {
    assert.throws(() => decodeForm(form), { name: 'Refusal' })
  })
}

const shown: [number, string, string][] = [
  [4900, 'usd', 'USD 49.00'],
  [5000, 'jpy', 'JPY 5,000'],
  [15_000_000, 'idr', 'IDR 150,000.00'],
  [250_000, 'ugx', 'UGX 2,500.00'],
  [199_000, 'isk', 'ISK 1,990.00'],
  [175_00, 'huf', 'HUF 175.00'],
  [12_000, 'mga', 'MGA 12,000'],
  [1230, 'kwd', 'KWD 1.230'],
]
for (const [amount, currency, text] of shown) {
  test(`${amount} ${currency} is ${text} and may be charged`, () => {
    assert.equal(writeAmount(amount, currency), text)
    assert.doesNotThrow(() => checkAmount(amount, currency))
  })
}

const refused: [number, string, string | undefined][] = [
  [49, 'usd', 'amount_too_small'],
  [29, 'gbp', 'amount_too_small'],
  [17_499, 'huf', 'amount_too_small'],
  [100_000_000, 'usd', 'amount_too_large'],
  [10 ** 12, 'idr', 'amount_too_large'],
  [10 ** 10, 'jpy', 'amount_too_large'],
  [199_001, 'isk', undefined],
  [1234, 'kwd', undefined],
]
for (const [amount, currency, code] of refused) {
  test(`${amount} ${currency} is refused`, () => {
    assert.throws(
      () => checkAmount(amount, currency),
      (error: { body: { code?: string } }) => {
        assert.equal(error.body.code, code)
        return true
      },
    )
  })
}
