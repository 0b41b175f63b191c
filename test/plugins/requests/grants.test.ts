import assert from 'node:assert/strict'
import { test } from 'node:test'
import { permissionsAdded, permissionsAsked, readManifest } from '../../../core/plugins/index.ts'
import { minimalManifest } from '../support/setup.ts'

const SCOPE = 'client.write:billable_item'
const cap = { scope: SCOPE, currency: 'EUR', item_minor: '500', day_minor: '1000' }
const manifestOf = (permissions: object) =>
  readManifest(JSON.stringify({ ...minimalManifest('writer'), permissions }), 'writer/plugin.json')
const asked = (permissions: object) =>
  permissionsAsked(manifestOf(permissions))
    .filter(({ kind }) => kind === 'data')
    .map(({ key, grave }) => `${grave ? 'red ' : ''}${key}`)

test('what is to be written is asked for like what is read; all of it, and what needs no person, in red', () => {
  assert.deepEqual(asked({ data: [`${SCOPE}:current`, 'client.write:note:all'], auto_approval: [cap] }), [
    `data ${SCOPE}:current`,
    'red data client.write:note:all',
    `red data ${SCOPE} without staff up to 500, 1000 a day, EUR`,
  ])
})

test('a version with another cap, or one in another currency, asks anew', () => {
  const data = [`${SCOPE}:current`]
  const before = manifestOf({ data, auto_approval: [cap] })
  const added = (auto_approval: object[]) =>
    permissionsAdded(before, manifestOf({ data, auto_approval })).map(({ what }) => what)
  assert.deepEqual(added([cap]), [])
  assert.deepEqual(added([{ ...cap, day_minor: '2000' }]), [
    `${SCOPE} without staff up to 500, 2000 a day, EUR`,
  ])
  assert.deepEqual(added([cap, { ...cap, currency: 'USD' }]), [
    `${SCOPE} without staff up to 500, 1000 a day, USD`,
  ])
})

const refused: [what: string, permissions: object, problem: RegExp][] = [
  ['caps of what is not declared', { data: [], auto_approval: [cap] }, /no declared scope that waits/],
  [
    'caps of what waits for nobody',
    { data: ['client.write:note:all'], auto_approval: [{ ...cap, scope: 'client.write:note' }] },
    /"client\.write:note" is no declared scope that waits/,
  ],
  [
    'two caps in one currency',
    { data: [`${SCOPE}:all`], auto_approval: [cap, { ...cap, item_minor: '1' }] },
    /EUR stands there twice \(expected: one cap for each currency\)/,
  ],
  [
    'an item above the day',
    { data: [`${SCOPE}:all`], auto_approval: [{ ...cap, item_minor: '1001' }] },
    /one item may be more than a day/,
  ],
  [
    'a cap below zero, in words or beyond nine digits',
    {
      data: [`${SCOPE}:all`],
      auto_approval: ['-1', '1e9', '1000000000'].map((day_minor) => ({ ...cap, day_minor })),
    },
    /day_minor.*day_minor.*day_minor/,
  ],
  [
    'a scope to write that there is not',
    { data: ['invoice.write:note:all'] },
    /there is no "invoice\.write:note"/,
  ],
]
for (const [what, permissions, problem] of refused)
  test(`plugin.json with ${what} is refused`, () =>
    assert.throws(() => manifestOf(permissions), { code: 'plugin.manifest_invalid', message: problem }))
