import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creditorReference, grouped, isCreditorReference, isIban } from '../check-digits.ts'
import { match, names, type OpenPayment } from '../match.ts'

test('IBANs: one wrong digit and two swapped ones are found', () => {
  assert.equal(isIban('GB82 WEST 1234 5698 7654 32'), true)
  assert.equal(isIban('DE89370400440532013000'), true)
  assert.equal(isIban('DE89370400440532013001'), false)
  assert.equal(isIban('GB82 WEST 1234 5698 7654 23'), false)
  assert.equal(isIban('DE89'), false)
  assert.equal(grouped('DE89370400440532013000'), 'DE89 3704 0044 0532 0130 00')
})

test('creditor references are made and checked', () => {
  for (const [part, whole] of [
    ['INV2026000123', 'RF98INV2026000123'],
    ['539007547034', 'RF18539007547034'],
    ['A1', 'RF90A1'],
    ['inv-2026/000123', 'RF98INV2026000123'],
  ] as const) {
    assert.equal(creditorReference(part), whole)
    assert.equal(isCreditorReference(whole), true)
  }
  assert.equal(isCreditorReference('RF19539007547034'), false)
  assert.equal(isCreditorReference('RF18'), false)
  assert.equal(creditorReference('-'), undefined)
  assert.equal(creditorReference('A'.repeat(22)), undefined)
})

const texts: [string, string, boolean][] = [
  ['INV-2026-000123', 'INV-2026-000123', true],
  ['INV-2026-000123', 'Rechnung inv 2026 000123 vielen Dank', true],
  ['INV-2026-000123', 'SVWZ+INV2026000123EREF+NOTPROVIDED', true],
  ['INV-2026-000123', 'INV-2026-00012', false],
  ['INV-2026-000123', 'INV-2026-0001234', false],
  ['INV-2026-000123', 'INV-2026-000123 2026-11-21', true],
  ['RF98INV2026000123', 'rf98 inv2 0260 0012 3', true],
  ['539007', 'payment 5390071', false],
  ['539007', '1539007', false],
  ['539007', 'no. 539007, thanks', true],
  ['A1', 'A1', false],
]
for (const [reference, text, found] of texts) {
  test(`"${text}" ${found ? 'names' : 'does not name'} ${reference}`, () => {
    assert.equal(names(text, reference), found)
  })
}

const eur = (minor: string) => ({ minor, currency: 'EUR' })
const open: OpenPayment[] = [
  { payment_id: 'pay_1', references: ['INV-2026-000123', 'RF98INV2026000123'], amount: eur('10000') },
  { payment_id: 'pay_2', references: ['INV-2026-000124'], amount: eur('5000') },
]
const ONE = 'INV2026000123'

test('what has come is full, a part, too much, or in the wrong currency', () => {
  const of = (minor: string, currency = 'EUR') => match({ text: ONE, amount: { minor, currency } }, open)
  assert.deepEqual(of('10000'), { match: 'full', payment_id: 'pay_1', missing: eur('0') })
  assert.deepEqual(of('9999'), { match: 'part', payment_id: 'pay_1', missing: eur('1') })
  assert.deepEqual(of('10001'), { match: 'over', payment_id: 'pay_1', credit: eur('1') })
  assert.deepEqual(of('10000', 'USD'), { match: 'wrong_currency', payment_id: 'pay_1' })
})

test('a fee of a bank on the way is forgiven within the tolerance of its currency', () => {
  const of = (minor: string) => match({ text: ONE, amount: eur(minor) }, open, { EUR: '0.50', USD: '9' })
  assert.deepEqual(of('9950'), { match: 'full', payment_id: 'pay_1', missing: eur('50') })
  assert.deepEqual(of('9949'), { match: 'part', payment_id: 'pay_1', missing: eur('51') })
})

test('a transfer for two payments is divided by a person, one for none is found by nobody', () => {
  const both = { text: 'INV-2026-000123 + INV-2026-000124', amount: eur('15000') }
  assert.deepEqual(match(both, open), { match: 'several', payment_ids: ['pay_1', 'pay_2'] })
  assert.deepEqual(match({ text: 'hosting', amount: eur('10000') }, open), { match: 'none' })
})
