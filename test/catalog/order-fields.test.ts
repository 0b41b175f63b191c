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

  it('that are names are checked and written as servers know them', () => {
    const ask = (kind: 'domain' | 'hostname' | 'common_name', value: string) => {
      const { answers, errors } = checkFields([field('name', kind, { required: true })], { name: value })
      return errors.name ?? answers[0]!.value
    }
    const [noDomain, noHost] = ['is not a domain name', 'is not a host name']
    const long = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`
    const cases: [Parameters<typeof ask>[0], string, string][] = [
      ['domain', ' Example.ORG. ', 'example.org'],
      ['domain', 'straße.example', 'xn--strae-oqa.example'],
      ['domain', long, long],
      ['domain', `${long}d`, noDomain],
      ['domain', `${'a'.repeat(64)}.example`, noDomain],
      ['domain', 'example', noDomain],
      ['domain', 'exa mple.org', noDomain],
      ['domain', 'a_b.example', noDomain],
      ['domain', '-a.example', noDomain],
      ['domain', 'a-.example', noDomain],
      ['domain', 'a..example', noDomain],
      ['domain', 'https://example.org', noDomain],
      ['domain', '*.example.org', noDomain],
      ['hostname', 'WEB1', 'web1'],
      ['hostname', 'web1.example.org', 'web1.example.org'],
      ['hostname', '192.0.2.7', noHost],
      ['hostname', '7', noHost],
      ['hostname', 'web 1', noHost],
      ['common_name', '*.Example.org', '*.example.org'],
      ['common_name', 'www.example.org', 'www.example.org'],
      ['common_name', 'a.*.example.org', 'is not a name for a certificate'],
      ['common_name', '*.org', 'is not a name for a certificate'],
    ]
    for (const [kind, given, expected] of cases) assert.equal(ask(kind, given), expected, given)
    assert.equal(ask('domain', ' '), 'must not be empty')
  })
})
