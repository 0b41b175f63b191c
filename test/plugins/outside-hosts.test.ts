import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { after, before, test } from 'node:test'
import { steadyMs, type Instant } from '../../core/kernel/index.ts'
import { createOutsideBook } from '../../core/plugins/outside-book.ts'
import { openLoopback, type Loopback } from './support/loopback.ts'
import { loadWritten, openBench, report, reporting, type Bench } from './support/setup.ts'

let outside: Loopback
let bench: Bench
/** How far the steady clock jumps while a request is out. */
let jumpMs = 0
before(async () => {
  let ahead = 0
  outside = await openLoopback((request, response) => {
    const { url = '' } = request
    if (url === '/silent') return undefined
    if (url === '/cut') return response.destroy()
    if (url === '/slow') ahead += jumpMs
    const status = Number(url.slice(1))
    return response.writeHead(Number.isInteger(status) && status > 0 ? status : 200).end('{}')
  })
  bench = openBench({
    steadyMs: () => steadyMs() + ahead,
    outbound: { 'api.example.com': outside.origin },
    resolver: (host) => Promise.resolve(host === 'inside.example.com' ? ['10.0.0.1'] : []),
  })
})
after(() => {
  bench.plugins.stop()
  outside.close()
})

const HOSTS = ['api.example.com', 'gone.example.com', 'inside.example.com']
const manifest = { permissions: { network: HOSTS.map((host) => ({ host })) } }
const asking = async (urls: readonly string[], more = '') =>
  loadWritten('asking', {
    code: reporting(`for (const url of ${JSON.stringify(urls)}) await fetch(url).catch(() => {}); ${more}`),
    manifest,
  })
const figures = async (id: string) =>
  (await bench.plugins.health()).outside
    .filter(({ instance }) => instance === id)
    .map(({ host, requests, failures, failedShare, troubledSince, last }) => ({
      ...{ host, requests, failures, failedShare, troubled: troubledSince !== null },
      last: last && [last.trouble, last.status],
    }))

const api = (path: string) => `https://api.example.com${path}`

test('requests are counted by the host that was asked, each with its last trouble', async () => {
  const urls = [api('/200'), api('/404'), api('/503'), api('/429'), 'https://gone.example.com/']
  const instance = bench.instance(await asking([...urls, 'https://inside.example.com/', api('/cut')]))
  await report(bench, instance)
  assert.deepEqual(await figures(instance.id), [
    {
      ...{ host: 'gone.example.com', requests: 1, failures: 1, failedShare: 1, troubled: true },
      last: ['unresolved', null],
    },
    {
      ...{ host: 'inside.example.com', requests: 1, failures: 1, failedShare: 1, troubled: true },
      last: ['private', null],
    },
    {
      ...{ host: 'api.example.com', requests: 5, failures: 3, failedShare: 0.6, troubled: true },
      last: ['broken', null],
    },
  ])
})

test('a request that goes well ends the trouble, and what it was stays told', async () => {
  const instance = bench.instance(await asking([api('/500'), api('/200')]))
  await report(bench, instance)
  const [found] = await figures(instance.id)
  assert.deepEqual([found!.troubled, found!.failures, found!.last], [false, 1, ['status', 500]])
})

test('an answer that takes long is slow and no failure', async () => {
  jumpMs = 3_500
  const instance = bench.instance(await asking([api('/slow')]))
  await report(bench, instance)
  const [found] = await figures(instance.id)
  assert.deepEqual([found!.failures, found!.troubled, found!.last], [0, true, ['slow', 200]])
})

test('what was not declared is counted for no host', async () => {
  const urls = Array.from({ length: 20 }, (_, n) => `https://made-up-${n}.example.com/`)
  const instance = bench.instance(await asking(urls))
  await report(bench, instance).catch(() => undefined)
  assert.deepEqual(await figures(instance.id), [])
})

test('a host that does not answer until nobody waits is to blame; what a plugin gives up itself is not', async () => {
  const waiting = bench.instance(await asking([api('/silent')]))
  await assert.rejects(report(bench, waiting, 300), { code: 'plugin.timeout' })
  await wait(50)
  assert.deepEqual(
    (await figures(waiting.id)).map(({ last }) => last),
    [['no_answer', null]],
  )
  const leaving = bench.instance(
    await loadWritten('leaving', {
      code: reporting(`fetch('${api('/silent')}').catch(() => {}); return 'up'`),
      manifest,
    }),
  )
  assert.equal(await report(bench, leaving), 'up')
  await wait(50)
  assert.deepEqual(await figures(leaving.id), [])
})

test('trouble counts from its first request, and the list of hosts has an end', () => {
  const times = ['10:00', '10:01', '10:02', '10:03'].map((time) => `2026-01-01T${time}:00.000Z`)
  let at = 0
  const book = createOutsideBook({
    now: () => times[Math.min(at++, 3)] as Instant,
  })
  for (const trouble of [null, 'slow', 'no_answer'] as const)
    book.note('plg_1', { host: 'a.example', tookMs: 10, status: null, trouble })
  const [found] = book.figures()
  assert.deepEqual([found!.troubledSince, found!.last!.at], [times[1], times[2]])
  for (let n = 0; n < 600; n++) book.note('plg_2', { host: `h${n}`, tookMs: 1, status: 200, trouble: null })
  assert.equal(book.figures().length, 500)
})
