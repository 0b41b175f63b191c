import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import '../core/billing/index.ts'
import '../core/clients/index.ts'
import '../core/identity/index.ts'
import '../core/mail/index.ts'
import '../core/orders/index.ts'
import '../core/services/index.ts'
import { allLifecycles, defineLifecycle, errorCodes } from '../core/kernel/index.ts'

describe('lifecycles', () => {
  for (const lifecycle of allLifecycles) {
    test(`${lifecycle.noun} (${lifecycle.column}): snake_case words, and no two transitions between the same states`, () => {
      const names = [...lifecycle.states, ...Object.keys(lifecycle.transitions)]
      assert.deepEqual(
        names.filter((name) => !/^[a-z]+(_[a-z]+)*$/.test(name)),
        [],
      )
      for (const state of lifecycle.states) {
        const targets = Object.values(lifecycle.transitions)
          .filter((rule) => rule.from.includes(state))
          .map((rule) => `${rule.to} ${rule.event ?? ''}`)
        assert.equal(
          new Set(targets).size,
          targets.length,
          `${state} reaches a state in two ways: ${targets.join(', ')}`,
        )
      }
    })
  }

  test('a table whose transition starts from nowhere stops the start', () => {
    assert.throws(
      () =>
        defineLifecycle('lamp', {
          initial: 'off',
          transitions: { burn: { from: ['on'] as never[], to: 'burnt' } },
        }),
      /starts from "on", which cannot be reached/,
    )
  })
})

test('error codes follow the grammar noun.reason, and their status is one that a client can act on', () => {
  const wrong = [...errorCodes].filter(
    ([code, status]) => !/^[a-z][a-z_]*\.[a-z][a-z_]*$/.test(code) || status < 400 || status > 504,
  )
  assert.deepEqual(wrong, [])
})
