// Permissions: a manifest that asks for more than there is to give is no manifest.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readManifest } from '../../core/plugins/index.ts'
import { minimalManifest } from '../plugins/support/setup.ts'

const LIES: [string, object, RegExp][] = [
  ['every host', { permissions: { network: [{ host: '*.example.com' }] } }, /network/],
  ['a host without a dot', { permissions: { network: [{ host: 'localhost' }] } }, /network/],
  ['a schedule every minute', { permissions: { schedules: [{ name: 'a', every: '1m' }] } }, /every/],
  ['a gigabyte of storage', { permissions: { storage: { bytes: 1_000_000_000 } } }, /storage/],
  ['more memory than the ceiling', { limits: { memory_mb: 4_096 } }, /memory_mb/],
  ['a longer run than the ceiling', { limits: { slice_ms: 60_000 } }, /slice_ms/],
  ['a secret that is no setting', { permissions: { secrets: [{ name: 'database_url' }] } }, /no setting/],
  [
    'a secret bound and not declared',
    { permissions: { network: [{ host: 'a.example.com', secrets: ['x'] }] } },
    /no secret/,
  ],
  ['a reach that there is not', { permissions: { data: ['client.read:contact:everything'] } }, /data/],
  ['a permission that there is not', { permissions: { files: ['/etc'] } }, /"files" is not known/],
  ['an operation that there is not', { kinds: { gateway: ['steal'] } }, /gateway/],
  [
    'code for browsers outside of its folder',
    { permissions: { browser: { file: 'browser/../../core/app.js' } } },
    /browser\.file/,
  ],
  [
    'a script of any host in its frame',
    { permissions: { browser: { file: 'browser/a.js', scripts: ['https://*'] } } },
    /browser\.scripts/,
  ],
]

for (const [what, change, problem] of LIES)
  test(`rule: a manifest with ${what} is refused`, () => {
    const text = JSON.stringify({ ...minimalManifest('liar'), ...change })
    assert.throws(() => readManifest(text, 'plugin.json'), {
      code: 'plugin.manifest_invalid',
      message: problem,
    })
  })

test('rule: a manifest with a key named after a prototype is refused', () => {
  const text = `{"__proto__": {}, ${JSON.stringify(minimalManifest('liar')).slice(1)}`
  assert.throws(() => readManifest(text, 'plugin.json'), {
    code: 'plugin.manifest_invalid',
    message: /__proto__/,
  })
})
