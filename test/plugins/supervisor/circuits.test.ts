import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStorage } from '../../../core/conformance/memory-storage.ts'
import type { Clock } from '../../../core/kernel/index.ts'
import { createCallBook } from '../../../core/plugins/call-book.ts'
import { callPlugin, type Caller } from '../../../core/plugins/call-plugin.ts'
import { createOutsideBook } from '../../../core/plugins/outside-book.ts'
import { failureName } from '../../../core/plugins/index.ts'
import type { PluginInstance, PluginServer } from '../../../core/plugins/ports.ts'
import { createBreaker } from '../../../core/plugins/supervisor/breaker.ts'
import type { CallEnd } from '../../../core/plugins/supervisor/pool.ts'
import { systemResolver } from '../../../core/plugins/broker/connect.ts'
import { loadWritten, reporting } from '../support/setup.ts'

const WELL: CallEnd = { end: 'done', ok: true, text: '{"ok":true,"steps":[]}' }
const LATE: CallEnd = { end: 'timeout', limit: 'deadline' }
const SEEN = { settings: { type: 'object', properties: { key: { type: 'string', secret: true } } } }

const plugin = await loadWritten('parcel', {
  code: reporting('return 1'),
  manifest: { ...SEEN, permissions: { secrets: [{ name: 'key', read: true }] } },
})

/** Calls as core makes them, in front of a supervisor that answers as it is told. */
function desk() {
  const now = { ms: 0, wall: 0 }
  const next = { end: WELL, secret: () => Promise.resolve<string | undefined>('secret') }
  const paused: string[] = []
  const told: string[] = []
  const caller: Caller = {
    clock: { ms: () => now.wall } as Clock,
    steadyMs: () => now.ms,
    ...{ storage: memoryStorage(), scopes: new Map(), findRecord: () => Promise.resolve(null) },
    writes: { request: () => Promise.reject(new Error('Nothing writes here.')) },
    log: {
      line: () => undefined,
      incident: ({ kind, detail }) => void (kind === 'tripped' && paused.push(detail)),
    },
    ...{
      outbound: {},
      isOwnHost: () => Promise.resolve(false),
      resolver: systemResolver,
      wards: 1,
      breaker: createBreaker(),
      book: createCallBook(),
      outside: createOutsideBook({ now: () => assert.fail('nothing is asked outside') }),
    },
    supervisor: {
      run: () => Promise.resolve(next.end),
      drain: () => undefined,
      running: () => [],
      suspects: () => [],
      stop: () => undefined,
    },
    refusals: { note: () => undefined },
    mark: () => 'bsk_mark',
    lines: { admit: () => true, stop: () => undefined },
    stacks: Promise.resolve(false),
  }
  const instance: PluginInstance = { id: 'plg_1', plugin, settings: {}, secrets: () => next.secret() }
  const call = async (serverId?: string): Promise<string> => {
    const server: PluginServer | undefined =
      serverId === undefined ? undefined : { id: serverId, secrets: () => Promise.resolve(undefined) }
    const request = { input: {}, deadlineMs: 1_000, ...(server ? { server } : {}) }
    return callPlugin(caller, { instance, kind: 'gateway', operation: 'test_connection', request }).then(
      () => 'ok',
      (error: unknown) => {
        told.push(String(error))
        return failureName(error) ?? String(error)
      },
    )
  }
  return { now, next, paused, told, call }
}

test('a server that is down pauses the calls to it alone', async () => {
  const { next, paused, call } = desk()
  next.end = LATE
  for (let n = 0; n < 5; n++) assert.equal(await call('srv_down'), 'E_TIMEOUT')
  assert.equal(await call('srv_down'), 'E_TRIPPED')
  next.end = WELL
  assert.deepEqual([await call('srv_down'), await call('srv_up'), await call()], ['E_TRIPPED', 'ok', 'ok'])
  assert.deepEqual(paused, ['plg_1 gateway.test_connection srv_down is paused.'])
})

test('a probe that fails before it is sent, because a secret cannot be read, leaves the next one its turn', async () => {
  const { now, next, call } = desk()
  next.end = LATE
  for (let n = 0; n < 5; n++) await call()
  now.ms = 30_000
  next.end = WELL
  next.secret = () => Promise.reject(new Error('no database'))
  assert.equal(await call(), 'Error: no database')
  next.secret = () => Promise.resolve('secret')
  assert.equal(await call(), 'ok')
  assert.equal(await call(), 'ok')
})

test('calls that were under way when their operation was paused tell of it once', async () => {
  const { next, paused, call } = desk()
  next.end = LATE
  const answers = await Promise.all(Array.from({ length: 30 }, () => call()))
  assert.ok(answers.every((answer) => answer === 'E_TIMEOUT'))
  assert.equal(paused.length, 1)
  assert.equal(await call(), 'E_TRIPPED')
})

test('a wall clock that is set back or forward neither holds a pause nor ends it, and says when it ends', async () => {
  const { now, next, call, told } = desk()
  next.end = LATE
  for (let n = 0; n < 5; n++) await call()
  next.end = WELL
  for (const wall of [-3, 0, 3].map((hours) => hours * 3_600_000)) {
    now.wall = wall
    now.ms = 20_000
    assert.equal(await call(), 'E_TRIPPED')
    assert.match(told.at(-1)!, new RegExp(`until ${new Date(wall + 10_000).toISOString()}`))
  }
  now.wall = -3_600_000
  now.ms = 30_000
  assert.equal(await call(), 'ok')
})
