import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hoursUntil, moved, yearsAhead } from './calendar.ts'
import { differences } from './compare.ts'

test('tells what is missing, what is too much and what is changed', () => {
  assert.deepEqual(differences(['a', 'b', 'c'], ['a', 'b', 'c']), [])
  assert.deepEqual(differences(['a', 'b', 'c'], ['a', 'c']), ['- b'])
  assert.deepEqual(differences(['a', 'c'], ['a', 'b', 'c', 'd']), ['+ b', '+ d'])
  assert.deepEqual(differences(['a', 'b'], ['a', 'x']), ['- b', '+ x'])
  assert.deepEqual(differences(['a'], []), ['- a'])
})

test('moves the year ahead of the clock by whole leap years', () => {
  assert.equal(yearsAhead('2028-01-31', new Date('2026-11-21T12:00:00Z')), 0)
  assert.equal(yearsAhead('2028-01-31', new Date('2028-01-31T00:00:00Z')), 4)
  assert.equal(yearsAhead('2028-01-31', new Date('2033-05-01T00:00:00Z')), 8)
  assert.equal(moved('2028-02-29,invoice,7.12', 4), '2032-02-29,invoice,7.12')
})

test('comes to the day between ten and eleven in the morning, UTC', () => {
  assert.equal(hoursUntil('2028-01-31', new Date('2028-01-30T09:30:00Z')), 25)
  assert.equal(hoursUntil('2028-01-31', new Date('2028-01-31T10:00:00Z')), 0)
})

test('the sums of the file fit each other', () => {
  const file = readFileSync(join(import.meta.dirname, 'expected.csv'), 'utf8')
  const lines = file.trim().split('\n').slice(1)
  let balance = 0
  for (const line of lines) {
    const [, document, net, tax, total, after] = line.split(',')
    const sum = (text?: string) => Math.round(Number(text) * 100)
    if (document === 'invoice') assert.equal(sum(net) + sum(tax), sum(total), line)
    if (document === 'invoice') balance += sum(total)
    if (document === 'payment') balance -= sum(total)
    assert.equal(balance, sum(after), line)
  }
  assert.deepEqual([lines.length, balance], [25, 0])
})
