import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allLifecycles, defineLifecycle, IllegalTransition } from '../../core/kernel/index.ts'

const lamp = defineLifecycle('test_lamp', {
  column: 'light',
  initial: 'off',
  transitions: {
    light: { from: ['off'], to: 'on' },
    burn: { from: ['on'], to: 'burnt', irreversible: true },
    darken: { from: ['on', 'off'], to: 'off', fact: 'it is dark' },
  },
})

test('a lifecycle knows its states in the order in which they are reached, and its column', () => {
  assert.deepEqual(lamp.states, ['off', 'on', 'burnt'])
  assert.deepEqual([lamp.noun, lamp.column, lamp.initial], ['test_lamp', 'light', 'off'])
  assert.deepEqual(lamp.transitions.burn, { from: ['on'], to: 'burnt', irreversible: true })
  assert.ok(allLifecycles.includes(lamp))
})

test('its column is "status" unless it says otherwise', () => {
  const plain = defineLifecycle('test_door', {
    initial: 'shut',
    transitions: { open: { from: ['shut'], to: 'open' } },
  })
  assert.equal(plain.column, 'status')
})

test('a state that cannot be reached stops the start, also behind ones that can', () => {
  const wrong = () =>
    defineLifecycle('test_boat', {
      initial: 'moored',
      transitions: {
        sail: { from: ['moored'], to: 'sea' },
        sink: { from: ['sea', 'storm'] as never[], to: 'gone' },
      },
    })
  assert.throws(wrong, {
    message: 'Lifecycle test_boat: "sink" starts from "storm", which cannot be reached.',
  })
})

test('a transition that is not possible says from where, of what and which', () => {
  const error = IllegalTransition({ noun: 'invoice', id: 'inv_1', state: 'paid', transition: 'void' })
  assert.deepEqual([error.code, error.status], ['state.illegal', 409])
  assert.equal(error.message, 'The invoice inv_1 is paid; "void" is not possible from there.')
})
