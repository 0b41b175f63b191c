import assert from 'node:assert/strict'
import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { after, test } from 'node:test'
import { loadWritten, openBench, report, reporting } from './support/setup.ts'

const bench = openBench()
after(() => bench.plugins.stop())

async function run(code: string): Promise<unknown> {
  const instance = bench.instance(
    await loadWritten('runtime', {
      code: reporting(`return JSON.stringify(await (async () => { ${code} })())`),
    }),
  )
  return JSON.parse(await report(bench, instance))
}

/** What the engine itself puts on a global, less what the runtime removes. */
const LANGUAGE =
  'AggregateError Array ArrayBuffer AsyncDisposableStack BigInt BigInt64Array BigUint64Array Boolean DataView Date ' +
  'DisposableStack Error EvalError Float16Array Float32Array Float64Array Function Infinity Int16Array Int32Array ' +
  'Int8Array Intl Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp ' +
  'Set String SuppressedError Symbol SyntaxError TypeError URIError Uint16Array Uint32Array Uint8Array ' +
  'Uint8ClampedArray WeakMap WeakSet decodeURI decodeURIComponent encodeURI encodeURIComponent escape globalThis ' +
  'isFinite isNaN parseFloat parseInt undefined unescape'
const RUNTIME =
  'AbortController AbortSignal CryptoKey CustomEvent DOMException Event EventTarget Headers Request Response ' +
  'TextDecoder TextEncoder URL URLSearchParams atob btoa clearInterval clearTimeout console crypto fetch ' +
  'performance queueMicrotask setInterval setTimeout structuredClone'

test('long base64 is unpacked to the same bytes as short, wherever its parts end, and refused where it is none', async () => {
  for (const length of [767, 768, 769, 49_151, 49_152, 49_153, 49_154]) {
    const same = `const text = 'abc\\xff\\x00'.repeat(10_000).slice(0, ${length}); return atob(btoa(text)) === text`
    assert.equal(await run(same), true, String(length))
  }
  const spoilt = `const text = 'AAAA'.repeat(20_000)
    try { atob(text.slice(0, 70_000) + '*' + text.slice(70_001)); return 'taken' } catch (error) { return error.name }`
  assert.equal(await run(spoilt), 'InvalidCharacterError')
})

test('the global holds exactly the written list', async () => {
  const names = (await run('return Reflect.ownKeys(globalThis).map(String)')) as string[]
  assert.deepEqual(names.sort(), `${LANGUAGE} ${RUNTIME}`.split(' ').sort())
})

const cases: [string, string, unknown][] = [
  [
    'URL parts',
    `const u = new URL('../b?x=1#h', 'https://user@example.com:8443/a/c'); return [u.href, u.origin, u.port, u.hash, u.searchParams.get('x')]`,
    ['https://user@example.com:8443/b?x=1#h', 'https://example.com:8443', '8443', '#h', '1'],
  ],
  [
    'URL setters and their parameters',
    `const u = new URL('https://a.example/?q=1'); u.port = '9'; u.searchParams.append('é', 'a b&'); u.pathname = '/p'; return u.toString()`,
    'https://a.example:9/p?q=1&%C3%A9=a+b%26',
  ],
  [
    'nonsense is no URL',
    `try { new URL('nonsense') } catch (e) { return [e.name, URL.canParse('x:y')] }`,
    ['TypeError', true],
  ],
  [
    'URLSearchParams',
    `const p = new URLSearchParams('a=1&b=2&a=%C3%BC+x'); p.delete('b'); return [p.getAll('a'), p.toString(), p.size]`,
    [['1', 'ü x'], 'a=1&a=%C3%BC+x', 2],
  ],
  [
    'UTF-8 both ways',
    `const b = new TextEncoder().encode('aü€😀\\ud800'); return [[...b], new TextDecoder().decode(b)]`,
    [[97, 195, 188, 226, 130, 172, 240, 159, 152, 128, 239, 191, 189], 'aü€😀\ufffd'],
  ],
  [
    'broken UTF-8 becomes marks or an error',
    `const b = new Uint8Array([0xf0, 0x9f, 0x41, 0xc0, 0xe2, 0x82]); try { new TextDecoder('utf-8', { fatal: true }).decode(b) } catch (e) { return [new TextDecoder().decode(b), e.name] }`,
    ['\ufffdA\ufffd\ufffd', 'TypeError'],
  ],
  [
    'base64',
    `return [btoa('\\xff\\x00a'), atob(' /wBh '), btoa('ab'), atob('YWI=')]`,
    ['/wBh', '\xff\x00a', 'YWI=', 'ab'],
  ],
  [
    'Headers',
    `const h = new Headers([['B', '2'], ['a', ' 1 '], ['b', '3']]); return [[...h], h.get('B'), h.has('c')]`,
    [
      [
        ['a', '1'],
        ['b', '2, 3'],
      ],
      '2, 3',
      false,
    ],
  ],
  [
    'Response',
    `const r = new Response('{"a":1}', { status: 201 }); const c = r.clone(); return [r.ok, await r.json(), await c.text(), r.bodyUsed]`,
    [true, { a: 1 }, '{"a":1}', true],
  ],
  [
    'abort and its reason',
    `const c = new AbortController(); let heard = 0; c.signal.addEventListener('abort', () => heard++); c.abort(); c.abort(); return [heard, c.signal.reason.name, AbortSignal.any([c.signal]).aborted]`,
    [1, 'AbortError', true],
  ],
  [
    'timeouts of signals',
    `const s = AbortSignal.timeout(5); await new Promise((r) => s.addEventListener('abort', r)); return s.reason.name`,
    'TimeoutError',
  ],
  [
    'timers in order, cleared ones silent',
    `const seen = []; setTimeout(() => seen.push('b'), 20); setTimeout(() => seen.push('a'), 1); clearTimeout(setTimeout(() => seen.push('x'), 1)); queueMicrotask(() => seen.push('m')); await new Promise((r) => setTimeout(r, 60)); return seen`,
    ['m', 'a', 'b'],
  ],
  [
    'intervals',
    `let n = 0; await new Promise((r) => { const i = setInterval(() => { if (++n === 3) { clearInterval(i); r() } }, 2) }); return n`,
    3,
  ],
  [
    'structuredClone',
    `const a = { d: new Date(5), m: new Map([[1, { x: 2 }]]), u: new Uint8Array([1]) }; a.self = a; const c = structuredClone(a); return [c !== a, c.self === c, +c.d, c.m.get(1).x, c.u[0]]`,
    [true, true, 5, 2, 1],
  ],
  [
    'random values',
    `const a = crypto.getRandomValues(new Uint8Array(16)); return [a.some((x) => x !== 0), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())]`,
    [true, true],
  ],
  [
    'digest',
    `return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('x')))))`,
    createHash('sha256').update('x').digest('base64'),
  ],
  [
    'HMAC',
    `const e = new TextEncoder(); const k = await crypto.subtle.importKey('raw', e.encode('key'), { name: 'HMAC', hash: 'SHA-512' }, false, ['sign', 'verify']); const s = await crypto.subtle.sign('HMAC', k, e.encode('x')); return [btoa(String.fromCharCode(...new Uint8Array(s))), await crypto.subtle.verify('HMAC', k, s, e.encode('x')), await crypto.subtle.verify('HMAC', k, s, e.encode('y'))]`,
    [createHmac('sha512', 'key').update('x').digest('base64'), true, false],
  ],
]
for (const [what, code, expected] of cases) {
  test(`inside: ${what}`, async () => assert.deepEqual(await run(code), expected))
}

test('inside: signatures of outside parties are checked', async () => {
  const ed = generateKeyPairSync('ed25519')
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const data = Buffer.from('signed')
  const parts = {
    Ed25519: [ed.publicKey, sign(null, data, ed.privateKey), {}, {}],
    'RSASSA-PKCS1-v1_5': [rsa.publicKey, sign('sha256', data, rsa.privateKey), { hash: 'SHA-256' }, {}],
    ECDSA: [
      ec.publicKey,
      sign('sha256', data, { key: ec.privateKey, dsaEncoding: 'ieee-p1363' }),
      { namedCurve: 'P-256' },
      { hash: 'SHA-256' },
    ],
  } as const
  for (const [name, [key, signature, forKey, forVerify]] of Object.entries(parts)) {
    const jwk = JSON.stringify(key.export({ format: 'jwk' }))
    const answer = await run(`const bytes = (t) => Uint8Array.from(atob(t), (c) => c.charCodeAt(0))
      const key = await crypto.subtle.importKey('jwk', ${jwk}, ${JSON.stringify({ name, ...forKey })}, false, ['verify'])
      const check = (text) => crypto.subtle.verify(${JSON.stringify({ name, ...forVerify })}, key, bytes('${signature.toString('base64')}'), new TextEncoder().encode(text))
      return [await check('signed'), await check('other')]`)
    assert.deepEqual(answer, [true, false], name)
  }
})
