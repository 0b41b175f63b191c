import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  add,
  allocate,
  divideFloor,
  divideHalfEven,
  divideHalfUp,
  fromJson,
  money,
  negate,
  parseDecimal,
  subtract,
  sum,
  timesPpm,
  toDecimal,
  toJson,
  zero,
} from '../../sdk/money.ts'

const eur = (minor: bigint) => money(minor, 'EUR')

test('sums of one currency add up, and those of two are refused', () => {
  assert.deepEqual(add(eur(150n), eur(-50n)), { minor: 100n, currency: 'EUR' })
  assert.deepEqual(subtract(eur(150n), eur(200n)), { minor: -50n, currency: 'EUR' })
  assert.deepEqual(negate(eur(150n)), { minor: -150n, currency: 'EUR' })
  assert.deepEqual(sum([eur(1n), eur(2n), eur(3n)], 'EUR'), { minor: 6n, currency: 'EUR' })
  assert.deepEqual(sum([], 'JPY'), zero('JPY'))
  const mixed = { name: 'TypeError', message: 'Cannot add EUR to USD.' }
  for (const act of [add, subtract]) assert.throws(() => act(eur(1n), money(1n, 'USD')), mixed)
  assert.throws(() => sum([money(1n, 'USD')], 'EUR'), { message: 'Cannot add EUR to USD.' })
})

test('money crosses a border as text, and an unknown currency does not', () => {
  const large = eur(90_071_992_547_409_931n)
  assert.deepEqual(toJson(large), { minor: '90071992547409931', currency: 'EUR' })
  assert.deepEqual(fromJson(toJson(large)), large)
  assert.throws(() => money(1n, 'XXX'), RangeError)
})

test('nothing is divided by nothing', () => {
  for (const divide of [divideHalfUp, divideFloor])
    assert.throws(() => divide(1n, 0n), { name: 'RangeError', message: 'Division by zero.' })
})

test('half even goes up above the half, down below it and to the even neighbour on it', () => {
  const table: [bigint, bigint, bigint][] = [
    [7n, 4n, 2n],
    [5n, 4n, 1n],
    [6n, 4n, 2n],
    [10n, 4n, 2n],
    [-7n, 4n, -2n],
    [-5n, 4n, -1n],
    [-6n, 4n, -2n],
    [8n, 4n, 2n],
  ]
  for (const [a, b, rounded] of table) assert.equal(divideHalfEven(a, b), rounded, `${a}/${b}`)
})

test('parts per million, half up on both sides of nothing', () => {
  assert.deepEqual([timesPpm(250n, 10_000), timesPpm(-250n, 10_000), timesPpm(249n, 10_000)], [3n, -3n, 2n])
})

// Total, weights, parts, why.
const allocations: [bigint, bigint[], bigint[], string][] = [
  [100n, [1n, 1n, 1n], [34n, 33n, 33n], 'of equal remainders the first takes the unit'],
  [200n, [1n, 1n, 1n], [67n, 67n, 66n], 'and the second the next'],
  [100n, [2n, 3n, 1n], [33n, 50n, 17n], 'the largest remainder comes first: 33.3, 50, 16.7'],
  [-100n, [1n, 1n, 1n], [-33n, -33n, -34n], 'below nothing the floors are lower, and two units go back'],
  [5n, [0n, 1n], [0n, 5n], 'who weighs nothing takes nothing'],
  [5n, [0n, 0n], [5n, 0n], 'when all weigh nothing the first takes it'],
  [1n, [1n, 1n, 1n, 1n], [1n, 0n, 0n, 0n], 'one yen over four'],
  [1_234n, [600n, 634n], [600n, 634n], 'without a remainder nothing moves (KWD 1.234)'],
]
for (const [total, weights, parts, why] of allocations)
  test(`${total} over ${weights.join(', ')}: ${why}`, () => assert.deepEqual(allocate(total, weights), parts))

test('an allocation needs weights, none of them below nothing', () => {
  assert.throws(() => allocate(1n, []), { message: 'allocate needs at least one weight.' })
  assert.throws(() => allocate(1n, [1n, -1n]), { message: 'allocate needs weights of zero or more.' })
})

// Text, currency, minor units, text again.
const decimals: [string, string, bigint, string][] = [
  ['12.3', 'EUR', 1_230n, '12.30'],
  ['-0.05', 'EUR', -5n, '-0.05'],
  [' 7 ', 'EUR', 700n, '7.00'],
  ['1099', 'JPY', 1_099n, '1099'],
  ['-1', 'JPY', -1n, '-1'],
  ['1.234', 'KWD', 1_234n, '1.234'],
  ['0.001', 'KWD', 1n, '0.001'],
]
for (const [text, currency, minor, again] of decimals)
  test(`"${text}" ${currency} is ${minor}`, () => {
    assert.deepEqual(parseDecimal(text, currency), { minor, currency })
    assert.equal(toDecimal({ minor, currency }), again)
  })

test('what is no amount of the currency is refused with the reason', () => {
  assert.throws(() => parseDecimal('1.234', 'EUR'), { message: '"1.234" has 3 decimals; EUR has 2.' })
  assert.throws(() => parseDecimal('1.0', 'JPY'), { message: '"1.0" has 1 decimals; JPY has 0.' })
  for (const wrong of ['', '1,5', '.5', '5.', '1e3', '--1', 'x1', '1x', '1234567890123456'])
    assert.throws(() => parseDecimal(wrong, 'EUR'), { message: `"${wrong}" is not an amount such as 12.34.` })
})
