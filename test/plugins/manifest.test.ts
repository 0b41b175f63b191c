import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import type { BerthError } from '../../core/kernel/index.ts'
import { manifestSchemaText, readManifest } from '../../core/plugins/index.ts'
import { minimalManifest } from './support/setup.ts'

const problems = (more: Record<string, unknown>): unknown => {
  try {
    readManifest(JSON.stringify({ ...minimalManifest('sample'), ...more }), 'sample/plugin.json')
  } catch (error) {
    return (error as BerthError).params['problems']
  }
  return []
}

test('plugin.schema.json is what scripts/write-plugin-schema.ts would write', async () => {
  const file = new URL('../../core/plugins/manifest/plugin.schema.json', import.meta.url)
  assert.ok(isDeepStrictEqual(JSON.parse(await readFile(file, 'utf8')), JSON.parse(manifestSchemaText())))
})

const cases: [string, Record<string, unknown>, string[]][] = [
  ['the minimal manifest', {}, []],
  ['a missing name', { name: undefined }, ['the whole: "name" is missing']],
  [
    'an operation that the SDK has not',
    { kinds: { gateway: ['steal'] } },
    [
      'kinds.gateway.0: must be equal to one of the allowed values (expected: start_payment, charge_method, look_up, refund, start_setup, confirm_payment, confirm_setup, remove_method, find_methods, handle_event, test_connection, authorise, capture, void, eligibility, update_method, create_agreement, update_agreement, cancel_agreement, fetch_transaction, balances, list_payouts, fee_report, list_agreements, submit_evidence)',
    ],
  ],
  [
    'a version in words',
    { version: 'one' },
    [
      'version: must match pattern "^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$" (expected: ^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$)',
    ],
  ],
  [
    'an unknown limit',
    { limits: { files: 1 } },
    [
      'limits: the key "files" is not known (expected: memory_mb, slice_ms, cpu_ms, start_ms, isolates, queue, asks, asks_at_once, fetches, request_bytes, response_bytes, header_bytes, writes, writes_a_day, bundle_bytes, page_deadline_ms, act_deadline_ms, job_deadline_ms)',
    ],
  ],
  [
    'a secret that is bound but not declared',
    { permissions: { network: [{ host: 'a.example.com', secrets: ['key'] }] } },
    ['permissions.network.0: "key" is no secret (expected: a name of permissions.secrets)'],
  ],
  [
    'a scope of data that is not there',
    { permissions: { data: ['client.read:contact:all', 'client.read:everything:all'] } },
    [
      'permissions.data.1: there is no "client.read:everything" (expected: one of client.read:summary, client.read:contact, invoice.read:summary, order.read:summary, order.read:evidence, service.read:summary, payment.read:summary, invoice.read:lines, client.write:note, client.write:billable_item, order.write:note, order.write:hold, service.write:label, service.write:hold)',
    ],
  ],
  [
    'a secret without a setting',
    { permissions: { secrets: [{ name: 'key' }] } },
    ['permissions.secrets: "key" is no setting (expected: a setting with "secret": true)'],
  ],
  [
    'a host from a setting that is not there',
    { permissions: { network: [{ fromConfig: 'server.hostname' }] } },
    ['permissions.network.0.fromConfig: there is no "server.hostname" (expected: a field of its schema)'],
  ],
  [
    'settings that are no schema',
    { settings: { type: 'object', properties: { a: { type: 'colour' } } } },
    [
      'settings.properties.a.type: it is not a JSON Schema: must be equal to one of the allowed values (expected: array, boolean, integer, null, number, object, string)',
    ],
  ],
]
for (const [what, more, expected] of cases) {
  test(`plugin.json with ${what}`, () => assert.deepEqual(problems(more), expected))
}

test('a wildcard host is refused with the expected form', () => {
  assert.match(
    String(problems({ permissions: { network: [{ host: '*.example.com' }] } })),
    /permissions\.network\.0\.host: must match pattern .* \(expected: An exact host name in lower case/,
  )
})

test('text that is no JSON, or JSON with a forbidden key, is refused by name', () => {
  assert.throws(() => readManifest('{', 'x/plugin.json'), {
    code: 'plugin.manifest_invalid',
    message:
      'x/plugin.json does not fit: the whole: it is not JSON, line 1 column 2 (expected: a JSON object)',
  })
  assert.throws(() => readManifest('{"__proto__":{}}', 'x/plugin.json'), /it uses the key "__proto__"/)
})
