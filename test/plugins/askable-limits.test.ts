import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import {
  askableLimits,
  deadlineOf,
  failureName,
  permissionsAdded,
  permissionsAsked,
  readManifest,
  type DeadlineClass,
  type LimitName,
} from '../../core/plugins/index.ts'
import { openLoopback, type Loopback } from './support/loopback.ts'
import { loadWritten, minimalManifest, openBench, report, reporting, type Bench } from './support/setup.ts'

let outside: Loopback
let bench: Bench
before(async () => {
  outside = await openLoopback((request, response) => {
    const size = Number(request.url?.slice(1) ?? 0)
    if (request.method === 'POST') return response.end('taken')
    if (request.method === 'HEAD') return response.writeHead(200, { a: 'x'.repeat(size) }).end()
    return response.end('y'.repeat(size))
  })
  bench = openBench({ outbound: { 'api.example.com': outside.origin } })
})
beforeEach(() => void outside.seen.splice(0))
after(() => {
  bench.plugins.stop()
  outside.close()
})

const manifestOf = (limits: Record<string, number>, version = '1.0.0') =>
  readManifest(JSON.stringify({ ...minimalManifest('asking'), version, limits }), 'asking/plugin.json')

const names = Object.keys(askableLimits) as LimitName[]

for (const name of names) {
  const { most, least } = askableLimits[name]
  test(`${name} is granted up to its ceiling, and refused above it with place, reason and form`, () => {
    assert.equal(manifestOf({ [name]: most }).limits?.[name], most)
    assert.equal(manifestOf({ [name]: least }).limits?.[name], least)
    assert.throws(() => manifestOf({ [name]: most + 1 }), {
      code: 'plugin.manifest_invalid',
      message: new RegExp(
        `: limits\\.${name}: must be <= ${most} \\(expected: .*From ${least} to ${most}\\b`,
      ),
    })
  })
}

test('what is asked for is what is more than usual; an update asks for what is more than before', () => {
  const keys = (limits: Record<string, number>, before?: Record<string, number>) =>
    permissionsAdded(before ? manifestOf(before) : null, manifestOf(limits))
      .filter(({ kind }) => kind === 'limit')
      .map(({ key }) => key)
  assert.deepEqual(keys({ asks: 300, memory_mb: 32, queue: 64 }), ['limit asks 300'])
  assert.deepEqual(keys({ asks: 300 }, { asks: 300 }), [])
  assert.deepEqual(keys({ asks: 250 }, { asks: 300 }), [])
  assert.deepEqual(keys({ asks: 301 }, { asks: 300 }), ['limit asks 301'])
  assert.deepEqual(keys({}, { memory_mb: 32 }), [])
})

test('of limits, longer pages alone are grave', () => {
  const all = manifestOf(Object.fromEntries(names.map((name) => [name, askableLimits[name].most])))
  const limits = permissionsAsked(all).filter(({ kind }) => kind === 'limit')
  assert.deepEqual(
    limits.map(({ key }) => key),
    names.map((name) => `limit ${name} ${askableLimits[name].most}`),
  )
  assert.deepEqual(
    limits.filter(({ grave }) => grave).map(({ key }) => key),
    ['limit page_deadline_ms 5000'],
  )
  const of = (name: string) => limits.find(({ key }) => key.startsWith(`limit ${name}`))?.says[0]?.of
  assert.deepEqual(of('start_ms'), { value: 5, usual: 2 })
  assert.deepEqual(of('request_bytes'), { value: 8_192, usual: 1_024 })
})

test('docs/plugins.md lists each with what is usual and its ceiling', () => {
  const docs = readFileSync(join(import.meta.dirname, '../../docs/plugins.md'), 'utf8')
  const rows = [...docs.matchAll(/^\| `(\w+)` \| ([\d,]+) \| ([\d,]+) \|/gm)].map(([, ...cells]) => cells)
  const shown = (value: number) => value.toLocaleString('en')
  assert.deepEqual(
    rows,
    names.map((name) => [name, shown(askableLimits[name].usual), shown(askableLimits[name].most)]),
  )
})

async function run(code: string, limits: Partial<Record<LimitName, number>>): Promise<string> {
  const manifest = {
    limits,
    permissions: { network: [{ host: 'api.example.com' }], storage: { bytes: 100_000 } },
  }
  const plugin = await loadWritten('asking', { code: reporting(code), manifest })
  return report(bench, bench.instance(plugin))
}

test('asks_at_once binds at 16 and at what is asked for', async () => {
  const source = (limits: Record<string, number>) =>
    loadWritten('at-once', {
      manifest: { limits, permissions: { storage: { bytes: 1_000 } } },
      code: `export default { gateway: (context) => ({ async test_connection() {
        const asked = await Promise.all(Array.from({ length: 40 }, () =>
          context.storage.get('a').then(() => 'told', (error) => error.message)))
        const told = asked.filter((one) => one === 'told').length
        return { ok: true, steps: [{ name: 'run', ok: true, detail: told + ' ' + asked.at(-1) }] } } }) }`,
    })
  const told = async (limits: Record<string, number>) => report(bench, bench.instance(await source(limits)))
  assert.equal(await told({}), '16 More than 16 questions at once.')
  assert.equal(await told({ asks_at_once: 32 }), '32 More than 32 questions at once.')
})

test('header_bytes binds both ways at 32 KiB and at what is asked for', async () => {
  const sent = (size: number) =>
    `return fetch('https://api.example.com/10', { headers: { a: 'x'.repeat(${size}) } }).then((r) => r.text(), (e) => e.code + ' ' + e.message)`
  assert.equal(await run(sent(30_000), {}), 'y'.repeat(10))
  assert.equal(await run(sent(40_000), {}), 'E_LIMIT The headers have more than 32768 bytes.')
  const taken = (size: number) =>
    `return fetch('https://api.example.com/${size}', { method: 'HEAD' }).then((r) => String(r.headers.get('a').length), (e) => e.code)`
  assert.equal(await run(taken(30_000), {}), '30000')
  assert.equal(await run(taken(40_000), {}), 'E_NETWORK')
  assert.equal(await run(taken(40_000), { header_bytes: 65_536 }), '40000')
  assert.equal(await run(taken(70_000), { header_bytes: 65_536 }), 'E_NETWORK')
  assert.equal(
    await run(sent(70_000), { header_bytes: 65_536 }),
    'E_LIMIT The headers have more than 65536 bytes.',
  )
})

test('response_bytes binds at 4 MiB and at what is asked for', async () => {
  const taken = (size: number) =>
    `return fetch('https://api.example.com/${size}').then(async (r) => String((await r.text()).length), (e) => e.message)`
  assert.equal(await run(taken(5_000_000), {}), 'The answer has more than 4194304 bytes.')
  assert.equal(
    await run(taken(5_000_000), { response_bytes: 4_500_000 }),
    'The answer has more than 4500000 bytes.',
  )
})

test('start_ms binds at 2 s and at what is asked for', async () => {
  const code = `const until = Date.now() + 2_600; while (Date.now() < until); ${reporting('return "up"')}`
  const start = async (limits: Record<string, number>) =>
    report(bench, bench.instance(await loadWritten('slow-start', { code, manifest: { limits } })))
  const first = await start({}).catch((error: unknown) => error as Error)
  assert.match(String(first), /it did not start: Script execution timed out/)
  assert.equal(await start({ start_ms: 5_000 }), 'up')
})

test('each class of call ends by its deadline: what is usual, or what is asked for', async () => {
  const usual: Record<DeadlineClass, number> = { page: 1_000, act: 15_000, job: 60_000 }
  for (const [of, ms] of Object.entries(usual) as [DeadlineClass, number][])
    assert.equal(deadlineOf({}, of).ms, ms)
  const waits = reporting('return new Promise(() => undefined)')
  const ended = async (deadline: DeadlineClass, limits: Record<string, number>) => {
    const instance = bench.instance(await loadWritten('waiting', { code: waits, manifest: { limits } }))
    const request = { input: {}, deadline }
    const from = performance.now()
    const error = await bench.plugins
      .call(instance, 'gateway', 'test_connection', request)
      .catch((thrown: unknown) => thrown)
    assert.equal(failureName(error), 'E_TIMEOUT')
    return { took: performance.now() - from, message: String(error) }
  }
  const page = await ended('page', {})
  assert.match(page.message, /\(deadline 1000 ms\)/)
  const asked = await ended('page', { page_deadline_ms: 400 })
  assert.match(asked.message, /\(deadline 400 ms\)/)
  assert.ok(asked.took < 3_000, `took ${asked.took} ms`)
  assert.match((await ended('act', { act_deadline_ms: 300 })).message, /\(deadline 300 ms\)/)
  assert.match((await ended('job', { job_deadline_ms: 500 })).message, /\(deadline 500 ms\)/)
})

test('a plugin knows how long it still has', async () => {
  const code = `export default { gateway: (context) => ({ async test_connection() {
    return { ok: true, steps: [{ name: 'run', ok: true, detail: String(context.deadline()) }] } } }) }`
  const manifest = { limits: { act_deadline_ms: 20_000 } }
  const instance = bench.instance(await loadWritten('asking-time', { code, manifest }))
  const left = async (deadline: DeadlineClass) => {
    const answer = await bench.plugins.call(instance, 'gateway', 'test_connection', { input: {}, deadline })
    return Number((answer as { steps: { detail: string }[] }).steps[0]?.detail)
  }
  assert.ok((await left('page')) <= 1_000)
  const act = await left('act')
  assert.ok(act > 15_000 && act <= 20_000, `${act} ms`)
})

const POST = (body: string) =>
  `return fetch('https://api.example.com/', { method: 'POST', body: ${body} }).then((r) => r.text(), (e) => e.code + ' ' + e.message)`
const length = () => outside.seen.map(({ headers }) => headers['content-length'])
const MIB = 1024 * 1024

test('request_bytes binds at 1 MiB, whatever the body is made of', async () => {
  const tooLong = 'E_LIMIT The request body has more than 1048576 bytes.'
  for (const whole of [`'"'.repeat(${MIB})`, `new Uint8Array(${MIB})`, `'\\u0001'.repeat(${MIB})`])
    assert.equal(await run(POST(whole), {}), 'taken')
  assert.deepEqual(length(), Array(3).fill(String(MIB)))
  for (const longer of [`'a'.repeat(${MIB + 1})`, `new Uint8Array(${MIB + 1})`, `'€'.repeat(${MIB / 2})`])
    assert.equal(await run(POST(longer), {}), tooLong)
  assert.equal(outside.seen.length, 3)
})

test('a body of 8 MiB goes out whole where it is asked for, text and bytes, and not a byte more', async () => {
  const limits = { request_bytes: 8 * MIB }
  assert.equal(await run(POST(`'0123456789abcdef'.repeat(${MIB / 2})`), limits), 'taken')
  assert.equal(outside.seen[0]?.body, '0123456789abcdef'.repeat(MIB / 2))
  const bytes = `new Uint8Array(${8 * MIB}).map((_, at) => 32 + (at % 90))`
  const asked = { ...limits, slice_ms: 2_000, cpu_ms: 10_000 }
  assert.equal(await run(POST(bytes), asked), 'taken')
  const line = String.fromCharCode(...Array.from({ length: 90 }, (_, at) => 32 + at))
  assert.equal(outside.seen[1]?.body, line.repeat(100_000).slice(0, 8 * MIB))
  assert.equal(await run(POST(`'😀'.repeat(${2 * MIB})`), limits), 'taken')
  assert.deepEqual(length(), Array(3).fill(String(8 * MIB)))
  const refused = 'E_LIMIT The request body has more than 8388608 bytes.'
  assert.equal(await run(POST(`'a'.repeat(${8 * MIB + 1})`), limits), refused)
  assert.equal(outside.seen.length, 3)
})

test('a secret is filled in where its token stands across two parts', async () => {
  const manifest = {
    permissions: { network: [{ host: 'api.example.com', secrets: ['key'] }], secrets: [{ name: 'key' }] },
    settings: { type: 'object', properties: { key: { type: 'string', secret: true } } },
  }
  const code = reporting(POST(`'x'.repeat(239_990) + context.settings.key + 'y'.repeat(300_000)`))
  const instance = bench.instance(await loadWritten('long-secret', { code, manifest }), {
    secretValues: { key: 'sesame' },
  })
  assert.equal(await report(bench, instance), 'taken')
  assert.equal(outside.seen[0]?.body, `${'x'.repeat(239_990)}sesame${'y'.repeat(300_000)}`)
})

test('parts count as questions, so a body may need more of them', async () => {
  const limits = { request_bytes: 2 * MIB, asks: 8 }
  const body = (length: number) => POST(`'a'.repeat(${length})`)
  assert.equal(await run(body(7 * 150_000), limits), 'taken')
  assert.match(await run(body(8 * 150_000), limits), /More than 8 questions in one call/)
})
