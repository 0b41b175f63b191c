import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askTable, readManifest } from '../../core/plugins/index.ts'
import { misfit } from '../../core/plugins/checks.ts'
import { parseGuarded } from '../../core/plugins/json.ts'
import { minimalManifest } from './support/setup.ts'

test('every operation has a schema that refuses unknown keys, a permission and a budget', () => {
  const manifest = readManifest(JSON.stringify(minimalManifest('bare')), 'bare')
  assert.deepEqual(
    [...askTable.keys()],
    [
      'fetch',
      'body_part',
      'storage_get',
      'storage_set',
      'storage_remove',
      'storage_list',
      'storage_records',
      'record_read',
      'record_request',
      'tcp_open',
      'tcp_write',
      'tcp_read',
      'tcp_close',
      'secret_hmac',
      'secret_digest',
    ],
  )
  for (const [op, row] of askTable) {
    assert.match(misfit(row.schema, { surprise: 1 }) ?? '', /./, op)
    assert.equal((row.schema as { additionalProperties?: boolean }).additionalProperties, false, op)
    assert.ok(row.budget.perCall(manifest) > 0 && row.budget.atOnce(manifest) > 0, op)
    const bare = { manifest, secrets: { mark: '', grants: [], resolve: () => Promise.resolve(undefined) } }
    assert.throws(
      () => row.permission(bare as unknown as Parameters<typeof row.permission>[0]),
      { code: 'E_DENIED' },
      op,
    )
  }
})

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const refused: [string, string, RegExp][] = [
  ['33 levels', nested(33), /deeper than 32/],
  ['20 001 values', `[${Array(20_000).fill('1').join(',')}]`, /more than 20000 values/],
  ['__proto__', '{"a":[{"__proto__":1}]}', /"__proto__"/],
  ['constructor, spelled with an escape', '{"\\u0063onstructor":1}', /"constructor"/],
  ['prototype', '{"prototype":1}', /"prototype"/],
  ['a bare word', 'undefined', /not JSON/],
]
for (const [what, text, reason] of refused) {
  test(`the guarded parser refuses ${what}`, () => assert.throws(() => parseGuarded(text), reason))
}
test('the guarded parser takes 32 levels, and brackets inside texts are only text', () => {
  assert.deepEqual(parseGuarded('["[[[\\"{{,,"]'), ['[[["{{,,'])
  assert.equal(JSON.stringify(parseGuarded(nested(32))), nested(32))
})
