import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BerthError } from '../../core/kernel/index.ts'
import { keyOf, lineAndColumn, placesIn } from '../../core/plugins/manifest/json-places.ts'
import { nearest } from '../../core/plugins/manifest/near.ts'
import { readManifest } from '../../core/plugins/index.ts'
import { minimalManifest } from './support/setup.ts'

const tell = (text: string): unknown => {
  try {
    readManifest(text, 'acme/plugin.json')
  } catch (error) {
    return (error as BerthError).params['problems']
  }
  return []
}
/** As an author has it: many lines. */
const problems = (more: Record<string, unknown>) =>
  tell(JSON.stringify({ ...minimalManifest('sample'), ...more }, null, 2))

const text = `{
  "id": "acme", "name": "Acme", "version": "1.0.0", "sdk": "1",
  "description": "Ships rockets.",
  "kinds": { "gateway": ["start_payment",
    "look_pu"] },
  "permission": {},
  "limits": {
    "fetchs": 60,
    "memory_mb": 999
  }
}
`

test('each problem says where it stands, and what was probably meant', () => {
  const operations = /\(expected: start_payment, [a-z_, ]+\)$/
  const limits = /\(expected: memory_mb, [a-z_, ]+\)$/
  const [whole, operation, limit, memory, ...more] = [...(tell(text) as string[])]
    .sort((a, b) => lineOf(a) - lineOf(b))
    .sort((a, b) => Number(b.startsWith('the whole')) - Number(a.startsWith('the whole')))
  assert.deepEqual(more, [])
  assert.match(
    whole!,
    /^the whole \(line 6 column 3\): the key "permission" is not known; did you mean "permissions"\? \(expected: /,
  )
  assert.match(operation!, operations)
  assert.ok(
    operation!.startsWith(
      'kinds.gateway.1 (line 5 column 5): must be equal to one of the allowed values; did you mean "look_up"? (',
    ),
    operation,
  )
  assert.match(limit!, limits)
  assert.ok(
    limit!.startsWith('limits (line 8 column 5): the key "fetchs" is not known; did you mean "fetches"? ('),
  )
  assert.equal(
    memory,
    'limits.memory_mb (line 9 column 18): must be <= 128 (expected: Heap of one isolate. From 16 to 128 megabytes; without it 64.)',
  )
})

const lineOf = (problem: string): number => Number(/line (\d+)/.exec(problem)?.[1])

test('a text of one line was written by a program: its columns say nothing', () => {
  assert.deepEqual(tell(JSON.stringify({ ...minimalManifest('sample'), limits: { asks: 0 } })), [
    'limits.asks: must be >= 1 (expected: Questions to core in one call: requests, their parts, storage, records, lines. From 1 to 1000; without it 200.)',
  ])
})

const unions: [string, Record<string, unknown>, RegExp[]][] = [
  [
    'a host with a key that is written otherwise',
    { permissions: { network: [{ host: 'api.example.com', secret: [] }] } },
    [
      /^permissions\.network\.0 \(line \d+ column \d+\): the key "secret" is not known; did you mean "secrets"\?/,
    ],
  ],
  [
    'a host that is none',
    { permissions: { network: [{ host: '*.example.com' }] } },
    [/^permissions\.network\.0\.host \(line \d+ column 17\): must match pattern/],
  ],
  [
    'a webhook without what its scheme needs',
    {
      webhooks: [{ scheme: 'hmac', header: 'x', algorithm: 'sha265', signed: '{body}', secret: 'key' }],
    },
    [
      /^webhooks\.0 \(line \d+ column 5\): "event_id" is missing$/,
      /^webhooks\.0\.algorithm .*: must be equal to one of the allowed values; did you mean "sha256"\? \(expected: sha1, sha256, sha512\)$/,
    ],
  ],
  [
    'a scheme that is misspelt',
    {
      webhooks: [
        { scheme: 'hmca', header: 'x', algorithm: 'sha1', signed: '{body}', secret: 'key', event_id: 'id' },
      ],
    },
    [/^webhooks\.0\.scheme .*; did you mean "hmac"\? \(expected: hmac\)$/],
  ],
  [
    'a use of a secret that there is not',
    { permissions: { secrets: [{ name: 'key', use: 'digset' }] } },
    [/^permissions\.secrets\.0\.use .*; did you mean "digest"\? \(expected: request, hmac, digest\)$/],
  ],
  [
    'a stage of a hook that there is not',
    { hooks: [{ name: 'invoice.paid', stage: 'erly' }] },
    [/^hooks\.0\.stage .*; did you mean "early"\? \(expected: early, normal, late\)$/],
  ],
  [
    'a secret that is not the setting',
    {
      settings: { type: 'object', properties: { api_key: { type: 'string', secret: true } } },
      permissions: { secrets: [{ name: 'apikey' }] },
    },
    [
      /^permissions\.secrets \(line \d+ column 16\): "apikey" is no setting; did you mean "api_key"\? \(expected: a setting/,
    ],
  ],
  [
    'a scope of data that is near one',
    { permissions: { data: ['invoices.read:summary:all'] } },
    [
      /^permissions\.data\.0 .*: there is no "invoices\.read:summary"; did you mean "invoice\.read:summary"\?/,
    ],
  ],
  [
    'a setting of a host that is near one',
    {
      settings: { type: 'object', properties: { hostname: { type: 'string' } } },
      permissions: { network: [{ fromConfig: 'settings.host_name' }] },
    },
    [/^permissions\.network\.0\.fromConfig .*; did you mean "settings\.hostname"\?/],
  ],
  [
    'a type of a setting that is near one',
    { settings: { type: 'object', properties: { a: { type: 'strnig' } } } },
    [
      /^settings\.properties\.a\.type \(line \d+ column 17\): it is not a JSON Schema: .*; did you mean "string"\?/,
    ],
  ],
]
for (const [what, more, expected] of unions)
  test(`${what} is one thing that does not fit, told where it stands`, () => {
    const told = problems(more) as string[]
    assert.equal(told.length, expected.length, told.join('\n'))
    for (const one of expected)
      assert.ok(
        told.some((problem) => one.test(problem)),
        told.join('\n'),
      )
  })

test('what is no JSON says where it stops being JSON', () => {
  const place = (broken: string) => /, (line .*?) \(/.exec((tell(broken) as string[])[0]!)?.[1]
  assert.equal(place('{\n  "id": acme\n}'), 'line 2 column 9')
  assert.equal(place('{\n  "id": "acme",\n}'), 'line 3 column 1')
  assert.equal(place('{\n  "id": "acme"\n  "name": "A"\n}'), 'line 3 column 3')
  assert.equal(place('{\n  "id": "ac\\me"\n}'), 'line 2 column 12')
  assert.equal(place('{\n  "id": "acme"\n'), 'line 3 column 1')
  assert.equal(place('{\n  // a comment\n}'), 'line 2 column 3')
  assert.equal(place('{} {}'), 'line 1 column 4')
})

test('what JSON.parse takes has no fault, and nothing else has none', () => {
  const good = [
    '{"a":[1,-2.5e+3,"x\\u00e9\\"\\n",true,false,null,{}],"b":{"c":[]}}',
    ' [ ] ',
    '0',
    '"\ud800"',
  ]
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    'u00',
    '01',
    '-',
    '.',
    'e',
    'true',
    ' ',
    '\n',
    '\t',
    'a',
  ]
  let seed = 7
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
  let valid = 0
  for (let i = 0; i < 20_000; i++) {
    const from = good[random(good.length)]!
    const at = random(from.length + 1)
    const mutated = from.slice(0, at) + pieces[random(pieces.length)]! + from.slice(at + random(3))
    const parses = isJson(mutated)
    if (parses) valid++
    assert.equal(placesIn(mutated).faultAt === undefined, parses, JSON.stringify(mutated))
  }
  assert.ok(valid > 500, `${valid} were JSON`)
})

function isJson(mutated: string): boolean {
  try {
    JSON.parse(mutated)
    return true
  } catch {
    return false
  }
}

test('values and keys stand where they begin; of a key that comes twice the last counts', () => {
  const json = '{\n  "a": [10,\n    {"b/c": 20}],\n  "a": 3 }'
  const { values, keys } = placesIn(json)
  assert.equal(lineAndColumn(json, values.get(keyOf(['a', '1', 'b/c']))!), 'line 3 column 13')
  assert.equal(lineAndColumn(json, keys.get(keyOf(['a', '1', 'b/c']))!), 'line 3 column 6')
  assert.equal(lineAndColumn(json, values.get(keyOf(['a']))!), 'line 4 column 8')
})

test('a word is near another by few letters, never by most of them', () => {
  const known = ['host', 'ports', 'secrets', 'query_secrets', 'redirects']
  assert.equal(nearest('hosts', known), 'host')
  assert.equal(nearest('Secret', known), 'secrets')
  assert.equal(nearest('prots', known), 'ports')
  assert.equal(nearest('querysecrets', known), 'query_secrets')
  assert.equal(nearest('timeout', known), undefined)
  assert.equal(nearest('id', ['a', 'ok']), undefined)
  assert.equal(nearest('x'.repeat(1_000_000), known), undefined)
})
