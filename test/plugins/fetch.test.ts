import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { outcomeUnknown } from '../../core/plugins/index.ts'
import { openLoopback, type Loopback } from './support/loopback.ts'
import { loadWritten, openBench, report, reporting, type Bench } from './support/setup.ts'

const addresses = new Map<string, string[]>()
let outside: Loopback
let bench: Bench
before(async () => {
  outside = await openLoopback((request, response) => {
    const { url = '' } = request
    if (url === '/redirect')
      return response.writeHead(302, { location: 'https://other.example.com/landed' }).end()
    if (url === '/loop') return response.writeHead(302, { location: '/loop' }).end()
    if (url === '/zipped')
      return response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('unpacked'))
    if (url === '/bomb')
      return response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(6_000_000)))
    if (url === '/bytes') return response.end(Buffer.from([0, 255, 1, 254]))
    if (url === '/control') return response.end(Buffer.alloc(4_000_000, 1))
    if (url === '/silent') return undefined
    return response.end(`answer to ${url}`)
  })
  bench = openBench({
    outbound: { 'api.example.com': outside.origin, 'other.example.com': outside.origin },
    resolver: (host) => Promise.resolve(addresses.get(host) ?? []),
  })
})
beforeEach(() => void outside.seen.splice(0))
after(() => {
  bench.plugins.stop()
  outside.close()
})

const SECRETS = { api_key: 'k+y&"<1>', other_key: 'other', hook_key: 'hooks' }
const permissions = {
  network: [
    { host: 'api.example.com', secrets: ['api_key'], query_secrets: ['other_key'] },
    { host: 'other.example.com', redirects: true },
    { host: 'name.example.com' },
    { host: 'ported.example.com', ports: [8443] },
  ],
  secrets: [{ name: 'api_key' }, { name: 'other_key' }, { name: 'hook_key', use: 'hmac' }],
}
const secretSetting = { type: 'string', secret: true }
const settings = {
  type: 'object',
  properties: {
    api_key: secretSetting,
    other_key: secretSetting,
    hook_key: secretSetting,
    panel: { type: 'string' },
  },
}

async function run(
  code: string,
  more: { permissions?: object; settings?: Record<string, unknown>; limits?: object } = {},
) {
  const source = reporting(`const { settings, secret } = context; ${code}`)
  const plugin = await loadWritten('fetching', {
    code: source,
    manifest: { permissions: more.permissions ?? permissions, settings, limits: more.limits ?? {} },
  })
  const instance = bench.instance(plugin, { secretValues: SECRETS, settings: more.settings ?? {} })
  return report(bench, instance)
}
const attempt = (url: string, init = '{}') =>
  run(`try { const r = await fetch(${JSON.stringify(url)}, ${init}); return r.status + ' ' + await r.text() }
    catch (error) { return error.code + ' ' + error.message }`)

const refusedSpellings: [string, string][] = [
  ['http://api.example.com/', 'E_DENIED Only https is permitted, not "http".'],
  ['ftp://api.example.com/', 'E_DENIED Only https is permitted, not "ftp".'],
  ['https://user:word@api.example.com/', 'E_DENIED A URL must not carry a user or password.'],
  [
    'https://api.example.com:8443/',
    'E_DENIED The host "api.example.com" at port 8443 is not declared in permissions.network of plugin.json.',
  ],
  [
    'https://ported.example.com/',
    'E_DENIED The host "ported.example.com" at port 443 is not declared in permissions.network of plugin.json.',
  ],
  [
    'https://sub.api.example.com/',
    'E_DENIED The host "sub.api.example.com" at port 443 is not declared in permissions.network of plugin.json.',
  ],
  [
    'https://api.example.com.evil.org/',
    'E_DENIED The host "api.example.com.evil.org" at port 443 is not declared in permissions.network of plugin.json.',
  ],
  [
    'https://evil.org\\@api.example.com/',
    'E_DENIED The host "evil.org" at port 443 is not declared in permissions.network of plugin.json.',
  ],
  [
    'https://127.0.0.1/',
    'E_DENIED The host "127.0.0.1" at port 443 is not declared in permissions.network of plugin.json.',
  ],
  [
    'https://2130706433/',
    'E_DENIED The host "127.0.0.1" at port 443 is not declared in permissions.network of plugin.json.',
  ],
  [
    'https://0x7f.1/',
    'E_DENIED The host "127.0.0.1" at port 443 is not declared in permissions.network of plugin.json.',
  ],
  [
    'https://[::1]/',
    'E_DENIED The host "[::1]" at port 443 is not declared in permissions.network of plugin.json.',
  ],
]
for (const [url, expected] of refusedSpellings) {
  test(`the broker refuses ${url}`, async () => {
    assert.equal(await attempt(url), expected)
    assert.equal(outside.seen.length, 0)
  })
}

test('capitals and a trailing dot name the same declared host', async () => {
  assert.equal(await attempt('https://API.Example.COM./x'), '200 answer to /x')
})

const lies: [string, string[]][] = [
  ['this machine', ['127.0.0.1']],
  ['a private network', ['10.1.2.3']],
  ['one bad answer among good ones', ['93.184.215.14', '192.168.0.1']],
  ['the cloud metadata address', ['169.254.169.254']],
  ['carrier-grade NAT', ['100.64.0.1']],
  ['the unspecified address', ['0.0.0.0']],
  ['multicast', ['224.0.0.1']],
  ['IPv6 loopback', ['::1']],
  ['IPv4 mapped into IPv6', ['::ffff:127.0.0.1']],
  ['IPv4-compatible IPv6', ['::7f00:1']],
  ['NAT64 of loopback', ['64:ff9b::7f00:1']],
  ['6to4 of loopback', ['2002:7f00:1::']],
  ['unique local IPv6', ['fd00::1']],
  ['link-local IPv6', ['fe80::1']],
  ['site-local IPv6', ['fec0::1']],
  ['nonsense', ['not an address']],
]
for (const [what, answers] of lies) {
  test(`a name server that answers with ${what} is not believed`, async () => {
    addresses.set('name.example.com', answers)
    const bad = answers.at(-1)
    assert.equal(
      await attempt('https://name.example.com/'),
      `E_DENIED "name.example.com" leads to ${bad}, which is not a public address.`,
    )
  })
}

test('a name without an address fails as network trouble, not as a fault of the plugin', async () => {
  addresses.set('name.example.com', [])
  assert.equal(await attempt('https://name.example.com/'), 'E_NETWORK "name.example.com" has no address.')
})

test('a host from the settings may be private only when it was ticked for host and port', async () => {
  const plugin = await loadWritten('panel', {
    code: reporting(
      `try { await fetch('https://127.0.0.1:' + context.settings.port + '/') } catch (error) { return error.code }`,
    ),
    manifest: {
      permissions: { network: [{ fromConfig: 'settings.panel' }] },
      settings: { type: 'object', properties: { panel: { type: 'string' }, port: { type: 'integer' } } },
    },
  })
  const typed = { panel: `127.0.0.1:${outside.port}`, port: outside.port }
  const trustedHosts = [{ host: '127.0.0.1', port: outside.port }]
  assert.equal(await report(bench, bench.instance(plugin, { settings: typed })), 'E_DENIED')
  // The socket is reached; it fails only because the loopback service speaks no TLS.
  assert.equal(await report(bench, bench.instance(plugin, { settings: typed, trustedHosts })), 'E_NETWORK')
})

test('redirects are refused unless declared, and each hop is checked', async () => {
  assert.equal(
    await attempt('https://api.example.com/redirect'),
    'E_DENIED "api.example.com" redirects, which its entry in permissions.network of plugin.json does not allow.',
  )
  assert.equal(await attempt('https://api.example.com/redirect', "{ redirect: 'manual' }"), '302 ')
  assert.equal(await attempt('https://other.example.com/redirect'), '200 answer to /landed')
  assert.equal(await attempt('https://other.example.com/loop'), 'E_NETWORK More than 3 redirects.')
})

test('secrets are filled in where they go, in the form of the place', async () => {
  await run(`await fetch('https://api.example.com/a', { method: 'POST',
    headers: { authorization: 'Bearer ' + settings.api_key, 'content-type': 'application/json' },
    body: JSON.stringify({ key: settings.api_key }) })`)
  assert.equal(outside.seen[0]?.headers.authorization, 'Bearer k+y&"<1>')
  assert.equal(outside.seen[0]?.body, '{"key":"k+y&\\"<1>"}')
  await run(`await fetch('https://api.example.com/b?key=' + secret.header('other_key'), { method: 'POST',
    headers: { authorization: secret.basic('api_key', 'us:er') }, body: new URLSearchParams({ key: settings.api_key }) })`)
  assert.equal(outside.seen[1]?.headers.authorization, `Basic ${btoa('us:er:k+y&"<1>')}`)
  assert.equal(outside.seen[1]?.url, '/b?key=other')
  assert.equal(outside.seen[1]?.body, 'key=k%2By%26%22%3C1%3E')
  await run(
    `await fetch('https://api.example.com/c', { headers: { authorization: 'Basic ' + btoa(settings.api_key + ':') } })`,
  )
  assert.equal(outside.seen[2]?.headers.authorization, `Basic ${btoa('k+y&"<1>:')}`)
})

const misuses: [string, string, string][] = [
  [
    'to a host it is not bound to',
    `fetch('https://other.example.com/', { headers: { a: settings.api_key } })`,
    'The secret "api_key" is not bound to this host.',
  ],
  [
    'in a URL it is not declared for',
    `fetch('https://api.example.com/?a=' + settings.api_key)`,
    'The secret "api_key" is not bound to this host.',
  ],
  [
    'in a request when it is for HMACs',
    `fetch('https://api.example.com/', { headers: { a: settings.hook_key } })`,
    'The secret "hook_key" is not declared for the use "request".',
  ],
  [
    'as an HMAC key when it is for requests',
    `secret.hmac('api_key', 'sha256', 'x')`,
    'The secret "api_key" is not declared for the use "hmac".',
  ],
  [
    'with the token of another instance',
    `fetch('https://api.example.com/', { headers: { a: 'bsk_' + '0'.repeat(24) + '.raw..api_key.end' } })`,
    'The token belongs to another call.',
  ],
]
for (const [what, code, message] of misuses) {
  test(`a secret does not go ${what}`, async () => {
    const answer = await run(
      `try { await ${code} } catch (error) { return error.code + ' ' + error.message }`,
    )
    assert.equal(answer, `E_DENIED ${message}`)
    assert.equal(outside.seen.length, 0)
  })
}

test('an HMAC over a secret is made outside, and the value is nowhere inside', async () => {
  const answer = await run(
    `return [await secret.hmac('hook_key', 'sha256', 'data'), JSON.stringify(settings).includes('hooks')]`,
  )
  const right = createHmac('sha256', SECRETS.hook_key).update('data').digest('hex')
  assert.equal(answer, JSON.stringify([right, false]))
})

test('answers are unpacked, limited, and keep their bytes', async () => {
  assert.equal(await attempt('https://api.example.com/zipped'), '200 unpacked')
  assert.equal(
    await attempt('https://api.example.com/bomb'),
    'E_LIMIT The answer has more than 4194304 bytes.',
  )
  const bytes = `const r = await fetch('https://api.example.com/bytes'); return [...new Uint8Array(await r.arrayBuffer())]`
  assert.equal(await run(bytes), '[0,255,1,254]')
  const control = `const r = await fetch('https://api.example.com/control'); return (await r.arrayBuffer()).byteLength`
  assert.equal(await run(control, { limits: { slice_ms: 2_000, memory_mb: 128 } }), '4000000')
})

test('a deadline over a request that may have taken effect leaves the outcome unknown', async () => {
  const waiting = async (method: string) => {
    const code = reporting(`await fetch('https://api.example.com/silent', { method: '${method}' })`)
    const plugin = await loadWritten('silent', { code, manifest: { permissions, settings } })
    return report(bench, bench.instance(plugin), 800).catch((error: unknown) => error)
  }
  assert.equal(outcomeUnknown(await waiting('POST')), true)
  assert.equal(outcomeUnknown(await waiting('GET')), false)
})
