import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watchForHollow } from '../../scripts/hollow.ts'

const suite = (name: string, nesting: number) => ({
  name,
  nesting,
  file: 'a.test.ts',
  details: { duration_ms: 1, type: 'suite' },
})
const single = (name: string, nesting: number) => ({
  name,
  nesting,
  file: 'a.test.ts',
  details: { duration_ms: 1, type: 'test' },
})

test('a suite is hollow when nothing was tested in it, however deep', () => {
  const isHollow = watchForHollow()
  assert.equal(isHollow(single('adds', 1)), false)
  assert.equal(isHollow(suite('sums', 0)), false)
  assert.equal(isHollow(suite('inner', 1)), true)
  assert.equal(isHollow(suite('outer', 0)), true)
  assert.equal(isHollow(single('deep', 2)), false)
  assert.equal(isHollow(suite('inner', 1)), false)
  assert.equal(isHollow(suite('outer', 0)), false)
})

test('the tests of one suite do not fill the next', () => {
  const isHollow = watchForHollow()
  isHollow(single('adds', 1))
  isHollow(suite('sums', 0))
  assert.equal(isHollow(suite('dates', 0)), true)
})

test('a test with steps is no suite, and its steps fill no suite beside it', () => {
  const isHollow = watchForHollow()
  isHollow(single('step', 2))
  assert.equal(isHollow(single('with steps', 1)), false)
  assert.equal(isHollow(suite('sums', 0)), false)
})

test('a file that told of no test ends under its own name', () => {
  const isHollow = watchForHollow()
  assert.equal(isHollow(single('a.test.ts', 0)), true)
  assert.equal(isHollow(single('adds', 0)), false)
})
