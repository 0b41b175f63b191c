import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Option } from '../../core/catalog/index.ts'
import { leastOptions } from '../../core/catalog/least-options.ts'
import { option, TERMS, value } from './make-option.ts'

describe('the least price of many options', () => {
  const TENS = Array.from({ length: 10 }, (_, i) => `v${i}`)
  const lists = Array.from({ length: 8 }, (_, i) =>
    option(`list${i}`, 'list', { required: true, values: TENS.map((key) => value(key, 10)) }),
  )
  const least = (options: readonly Option[]) => {
    const begun = performance.now()
    const sum = leastOptions(options, TERMS)
    assert.ok(performance.now() - begun < 1_000)
    return sum
  }

  it('is found at once where each decides on options of its own', () => {
    const waiting = lists.flatMap(({ key: decider }) =>
      TENS.map((is) =>
        option(`${decider}_${is}`, 'checkbox', {
          ...{ required: is !== 'v7', minor: 5 },
          conditions: [{ option: decider, is }],
        }),
      ),
    )
    const last = option('last', 'list', { required: true, values: [value('x', 400)] })
    assert.equal(least([...lists, ...waiting, last]), 480n)
  })

  it('is found where all of them decide on one', () => {
    const conditions = lists.map(({ key }) => ({ option: key, is: 'v3' }))
    const last = option('last', 'list', {
      required: true,
      values: [value('dear', 400), value('cheap', 1, conditions)],
    })
    assert.equal(least([...lists, last]), 81n)
  })

  it('is a bound below where they are too much entangled', () => {
    const values = TENS.map((is, i) =>
      value(
        is,
        90 - i,
        lists.map(({ key }) => ({ option: key, one_of: [is, 'v0'] })),
      ),
    )
    const rest = Array.from({ length: 6 }, (_, i) =>
      option(`rest${i}`, 'list', {
        required: true,
        values: TENS.map((of, at) => value(of, 40, [{ option: `list${(i + at) % 8}`, is: of }])),
      }),
    )
    const last = option('last', 'list', { required: true, values: [value('dear', 400), ...values] })
    const sum = least([...lists, ...rest, last])
    assert.ok(sum !== null && sum <= 80n + 81n)
  })
})
