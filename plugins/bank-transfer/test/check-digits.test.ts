import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creditorReference, grouped, isCreditorReference, isIban } from '../check-digits.ts'

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
