import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkFields, type OrderField } from '../../core/catalog/index.ts'

describe('answers to order fields', () => {
  const field = (key: string, kind: OrderField['kind'], more: Partial<OrderField> = {}): OrderField => ({
    id: `fld_${key}`,
    productId: 'prd_1',
    key,
    label: key,
    hint: null,
    kind,
    choices: [],
    pattern: null,
    required: false,
    setting: null,
    position: 0,
    retiredAt: null,
    version: 1,
    ...more,
  })
  const fields = [
    field('host', 'text', { required: true, pattern: '[a-z.]+', hint: 'a host name' }),
    field('notes', 'textarea'),
    field('slots', 'number'),
    field('mode', 'list', { choices: ['pvp', 'pve'] }),
    field('terms', 'checkbox', { required: true }),
  ]

  it('are kept as text', () => {
    const given = { host: ' a.example ', slots: 12, mode: 'pve', terms: 'on' }
    const { answers, errors } = checkFields(fields, given)
    assert.deepEqual(errors, {})
    assert.deepEqual(
      answers.map((answer) => [answer.key, answer.value]),
      [
        ['host', 'a.example'],
        ['slots', '12'],
        ['mode', 'pve'],
        ['terms', '1'],
      ],
    )
  })

  it('are refused with the reason at each field', () => {
    const given = { host: 'A b', notes: 'x'.repeat(5_001), slots: 'many', mode: 'war', more: '1' }
    assert.deepEqual(checkFields(fields, given).errors, {
      host: 'does not fit: a host name',
      notes: 'may have at most 5000 characters',
      slots: 'must be a number',
      mode: 'must be one of pvp, pve',
      terms: 'must be ticked',
      more: 'is not asked for this product',
    })
    assert.equal(checkFields(fields, { terms: true }).errors.host, 'must not be empty')
  })
})
