import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { getPriority } from 'node:os'
import { after, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { failureName, outcomeUnknown } from '../../core/plugins/index.ts'
import { raiseWall } from '../../core/plugins/supervisor/wall.ts'
import { openLoopback } from './support/loopback.ts'
import { loadWritten, openBench, report, reporting, type Bench } from './support/setup.ts'

const benches: Bench[] = []
const open = (...means: Parameters<typeof openBench>) => {
  const bench = openBench(...means)
  benches.push(bench)
  return bench
}
after(() => benches.forEach(({ plugins }) => plugins.stop()))

const pids = async (bench: Bench) => (await bench.plugins.health()).hosts.map(({ pid }) => pid ?? 0)

test('a host killed in the middle of a call fails that call, and a new one serves within a second', async () => {
  const bench = open()
  const sleeper = bench.instance(
    await loadWritten('sleeper', { code: reporting('await new Promise((r) => setTimeout(r, 60_000))') }),
  )
  const quick = bench.instance(await loadWritten('quick', { code: reporting('return "quick"') }))
  assert.equal(await report(bench, quick), 'quick')
  const lost = report(bench, sleeper, 20_000).catch((error: unknown) => error)
  await wait(200)
  const [pid = 0] = await pids(bench)
  process.kill(pid, 'SIGKILL')
  const killedAt = performance.now()
  const error = await lost
  assert.equal(failureName(error), 'E_HOST_LOST')
  assert.equal(outcomeUnknown(error), false)
  assert.equal(await report(bench, quick), 'quick')
  assert.ok(performance.now() - killedAt < 2_000, `took ${performance.now() - killedAt} ms`)
  assert.deepEqual((await bench.plugins.health()).suspects, [sleeper.id])
})

test('a host lost while a POST was under way leaves the outcome unknown', async () => {
  const outside = await openLoopback(() => undefined)
  const bench = open({ outbound: { 'api.example.com': outside.origin } })
  const plugin = await loadWritten('poster', {
    code: reporting(`await fetch('https://api.example.com/charge', { method: 'POST', body: 'a' })`),
    manifest: { permissions: { network: [{ host: 'api.example.com' }] } },
  })
  const lost = report(bench, bench.instance(plugin), 20_000).catch((error: unknown) => error)
  while (outside.seen.length === 0) await wait(20)
  for (const pid of await pids(bench)) process.kill(pid, 'SIGKILL')
  const error = await lost
  assert.equal(failureName(error), 'E_HOST_LOST')
  assert.equal(outcomeUnknown(error), true)
  outside.close()
})

test('a plugin whose host was lost three times in ten minutes is disabled until staff enable it', async () => {
  const bench = open()
  const plugin = await loadWritten('unlucky', {
    code: reporting('console.log("runs"); await new Promise((r) => setTimeout(r, 300)); return "up"'),
  })
  const instance = bench.instance(plugin)
  for (let i = 1; i <= 3; i++) {
    const lost = report(bench, instance, 20_000).catch(failureName)
    while (bench.lines.length < i) await wait(20)
    for (const pid of await pids(bench)) process.kill(pid, 'SIGKILL')
    assert.equal(await lost, 'E_HOST_LOST')
  }
  assert.equal(await report(bench, instance).catch(failureName), 'E_TRIPPED')
  assert.deepEqual(
    bench.incidents.filter(({ kind }) => kind === 'disabled').map(({ plugin: id }) => id),
    ['unlucky'],
  )
  bench.plugins.forgive('unlucky')
  assert.equal(await report(bench, instance), 'up')
})

test('five faults within a minute pause the operation of that instance alone', async () => {
  const bench = open()
  const source = `export default { gateway: () => ({
    test_connection: async () => 'nonsense',
    handle_event: async () => ({ facts: [] }) }) }`
  const plugin = await loadWritten('nonsense', { code: source })
  const instance = bench.instance(plugin)
  for (let i = 0; i < 5; i++)
    assert.equal(await report(bench, instance).catch(failureName), 'E_INVALID_RESULT')
  assert.equal(await report(bench, instance).catch(failureName), 'E_TRIPPED')
  const event = { input: { body: '', headers: {}, verified: true }, deadlineMs: 5_000 }
  assert.deepEqual(await bench.plugins.call(instance, 'gateway', 'handle_event', event), { facts: [] })
  assert.equal(await report(bench, bench.instance(plugin)).catch(failureName), 'E_INVALID_RESULT')
})

test('calls beyond two isolates wait; beyond the queue they are refused', async () => {
  const bench = open()
  const plugin = await loadWritten('slow', {
    code: reporting('await new Promise((r) => setTimeout(r, 150)); return "slow"'),
    manifest: { limits: { queue: 2 } },
  })
  const instance = bench.instance(plugin)
  await report(bench, instance)
  const all = Array.from({ length: 6 }, () => report(bench, instance).catch(failureName))
  const answers = await Promise.all(all)
  assert.equal(answers.filter((answer) => answer === 'slow').length >= 4, true)
  assert.equal(answers.includes('E_BUSY'), true)
})

test('a host that was replaced before its end leaves one host', async () => {
  const bench = open()
  const poison = 'Array.prototype.indexOf.call({ length: 2 ** 40 }, 1)'
  const stuck = bench.instance(await loadWritten('stuck', { code: reporting(poison) }))
  const quick = bench.instance(await loadWritten('quick', { code: reporting('return "quick"') }))
  assert.equal(await report(bench, quick), 'quick')
  const [first = 0] = await pids(bench)
  const slow = bench.instance(
    await loadWritten('slow', {
      code: reporting('await new Promise((r) => setTimeout(r, 1_500)); return "slow"'),
    }),
  )
  const inIt = report(bench, slow, 5_000)
  assert.equal(await report(bench, stuck, 300).catch(failureName), 'E_TIMEOUT')
  await wait(400)
  assert.equal(await report(bench, quick), 'quick')
  assert.equal((await pids(bench)).length, 2)
  assert.equal(await inIt, 'slow')
  while ((await pids(bench)).includes(first)) await wait(20)
  await wait(600)
  assert.equal((await pids(bench)).length, 1)
})

/** What the scheduler of Linux calls SCHED_IDLE. */
const IDLE_CLASS = '5'
const classesOf = (pid: number) =>
  readdirSync(`/proc/${pid}/task`).map((thread) => {
    const text = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[38]
  })

/** Linux may share the processors among sessions; then each has a place of its own. */
const sharesBySession = existsSync('/proc/self/autogroup')
const sessionNice = (pid: number) =>
  Number(/nice (-?\d+)/.exec(readFileSync(`/proc/${pid}/autogroup`, 'utf8'))![1])
/** Without rights it may take a moment: the machine takes so many such wishes in a second. */
async function sessionStepsBack(pid: number): Promise<void> {
  while (sharesBySession && sessionNice(pid) !== 5) await wait(20)
}

test('a host whose plugin keeps the processor steps back behind everything else, and is replaced when calm', async () => {
  const bench = open()
  const endless = await loadWritten('endless', { code: reporting('for (;;);') })
  const quick = bench.instance(await loadWritten('quick', { code: reporting('return "quick"') }))
  assert.equal(await report(bench, quick), 'quick')
  const [first = 0] = await pids(bench)
  assert.ok(!classesOf(first).includes(IDLE_CLASS))
  assert.equal(getPriority(first), 10)
  while (!classesOf(first).every((name) => name === IDLE_CLASS))
    assert.equal(await report(bench, bench.instance(endless), 2_000).catch(failureName), 'E_TIMEOUT')
  await sessionStepsBack(first)
  assert.equal(await report(bench, quick), 'quick')
  assert.deepEqual(await pids(bench), [first])
  while ((await pids(bench)).includes(first)) await wait(50)
  assert.equal(await report(bench, quick), 'quick')
  const [second = 0] = await pids(bench)
  assert.ok(!classesOf(second).includes(IDLE_CLASS))
  assert.ok(bench.incidents.every(({ kind }) => kind === 'fault'))
  assert.deepEqual((await bench.plugins.health()).suspects, [])
})

test('changed settings start new isolates; each isolate keeps its globals between its calls', async () => {
  const bench = open()
  const code = reporting(
    'globalThis.calls = (globalThis.calls ?? 0) + 1; return [context.settings.a, globalThis.calls]',
  )
  const plugin = await loadWritten('settings', { code, manifest: { limits: { isolates: 1 } } })
  const first = bench.instance(plugin, { settings: { a: 1 } })
  assert.equal(await report(bench, first), '[1,1]')
  assert.equal(await report(bench, first), '[1,2]')
  assert.equal(await report(bench, { ...first, settings: { a: 2 } }), '[2,1]')
})

test('an operation that plugin.json does not list is never called', async () => {
  const bench = open()
  const instance = bench.instance(await loadWritten('unlisted', { code: reporting('return 1') }))
  const call = bench.plugins.call(instance, 'gateway', 'look_up', {
    input: { payment_id: 'pay_1', idempotency_key: 'k' },
    deadlineMs: 1_000,
  })
  assert.equal(await call.catch(failureName), 'E_DENIED')
  assert.deepEqual(await pids(bench), [])
})

test('a plugin that throws while it starts says why', async () => {
  const bench = open()
  const instance = bench.instance(await loadWritten('broken', { code: `throw new Error('no luck')` }))
  await assert.rejects(report(bench, instance), {
    code: 'plugin.failed',
    message: /it did not start: no luck/,
  })
})

test('the host process holds no environment and no file', async () => {
  const bench = open()
  await report(bench, bench.instance(await loadWritten('any', { code: reporting('return 1') })))
  const [pid = 0] = await pids(bench)
  assert.equal(readFileSync(`/proc/${pid}/environ`, 'utf8'), '')
  const files = readdirSync(`/proc/${pid}/fd`)
    .map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
    .filter((target) => target.startsWith('/') && !target.startsWith('/dev/') && !target.startsWith('/proc/'))
  assert.deepEqual(files, [])
})

test('the host process has a network namespace of its own wherever the health page does not miss it', async () => {
  const bench = open()
  await report(bench, bench.instance(await loadWritten('any', { code: reporting('return 1') })))
  const [pid = 0] = await pids(bench)
  const { wallMissing } = await bench.plugins.health()
  const sharesOurs = readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync('/proc/self/ns/net')
  assert.equal(wallMissing.includes('network'), sharesOurs)
})

test('a strict wall that lacks a part is named by health, which never fails, and by the call that it refuses', async () => {
  const bench = open({ wall: 'strict' })
  const instance = bench.instance(await loadWritten('any', { code: reporting('return 1') }))
  const { missing } = await raiseWall('auto')
  assert.deepEqual((await bench.plugins.health()).wallMissing, missing)
  if (missing.length === 0) {
    await bench.plugins.demandWall()
    return assert.equal(await report(bench, instance), '1')
  }
  await assert.rejects(bench.plugins.demandWall(), { code: 'plugin.wall_incomplete' })
  await assert.rejects(report(bench, instance), {
    code: 'plugin.host_lost',
    message: /no plugin host could be started\. BERTH_PLUGIN_WALL=strict, and this system lacks/,
  })
})
