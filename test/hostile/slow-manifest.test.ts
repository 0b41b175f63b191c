// Limits: a manifest is held against schemas in core, some of which compare every item with every other; 500 ms are all it has.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readManifest } from '../../core/plugins/index.ts'
import { minimalManifest } from '../plugins/support/setup.ts'

const many = (length: number, one: (i: number) => unknown) => Array.from({ length }, (_, i) => one(i))

const manifests: [string, Record<string, unknown>][] = [
  ['places in pages that there are not', { permissions: { slots: many(19_000, (i) => `slot.${i}`) } }],
  [
    'settings that are no schemas',
    { settings: { type: 'object', properties: Object.fromEntries(many(9_500, (i) => [`a${i}`, i]) as []) } },
  ],
]
for (const [what, more] of manifests)
  test(`rule: ${what}, thousands of them, cost their manifest, not core`, () => {
    const text = JSON.stringify({ ...minimalManifest('slow'), ...more })
    const from = performance.now()
    assert.throws(() => readManifest(text, 'plugin.json'), {
      code: 'plugin.manifest_invalid',
      message:
        'plugin.json does not fit: the whole: it takes longer than 500 ms to check (expected: shorter lists, smaller schemas)',
    })
    assert.ok(performance.now() - from < 3_000, `took ${performance.now() - from} ms`)
    assert.equal(readManifest(JSON.stringify(minimalManifest('quick')), 'plugin.json').id, 'quick')
  })

test('rule: thousands of secrets are looked up once each', () => {
  const properties = Object.fromEntries(many(6_000, (i) => [`a${i}`, { secret: true }]) as [])
  const secrets = many(3_500, (i) => ({ name: `a${i}` }))
  const more = { settings: { type: 'object', properties }, permissions: { secrets } }
  const text = JSON.stringify({ ...minimalManifest('secretive'), ...more })
  assert.equal(readManifest(text, 'plugin.json').permissions?.secrets?.length, 3_500)
})
