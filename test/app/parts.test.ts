import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import {
  CALL_MAX,
  createCommandSocket,
  createInstallation,
  openSharedClock,
  parseSpan,
  type PluginCalls,
  pluginCallsOver,
  servePluginCalls,
  socketFile,
  takeLock,
} from '../../core/app/index.ts'
import { instant, NotFound, systemClock, toMs } from '../../core/kernel/index.ts'
import { testConfig } from '../support/config.ts'
import { engines, makeDatabase } from '../support/databases.ts'

const folder = mkdtempSync(join(tmpdir(), 'berth-parts-'))
after(() => rmSync(folder, { recursive: true, force: true }))

describe('lock of a data folder', () => {
  test('belongs to one living process, and comes free with its release', () => {
    const file = join(folder, 'a', 'berth.lock')
    const release = takeLock(file)
    assert.throws(() => takeLock(file), {
      code: 'process.already_running',
      params: { folder: join(folder, 'a'), pid: process.pid },
    })
    assert.deepEqual(readdirSync(join(folder, 'a')), ['berth.lock'])
    release()
    takeLock(file)()
    assert.deepEqual(readdirSync(join(folder, 'a')), [])
  })

  test('is taken over from the dead, from a number that was used again, and when it cannot be read', () => {
    const file = join(folder, 'berth.lock')
    for (const left of ['{"pid":4194305,"since":"1"}', `{"pid":${process.pid},"since":"1"}`, 'half a l']) {
      writeFileSync(file, left)
      const release = takeLock(file)
      assert.equal((JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid, process.pid)
      release()
    }
  })
})

describe('plugin calls over a port', () => {
  const open = (plugins: PluginCalls) => {
    const { port1, port2 } = new MessageChannel()
    servePluginCalls(port1, plugins)
    return { calls: pluginCallsOver(port2), close: () => port1.close() }
  }

  test('bring the answer, or the refusal with its code and facts', async () => {
    const { calls, close } = open({
      call: async <T>(...[id, kind, operation, input, options]: Parameters<PluginCalls['call']>) => {
        if (operation === 'refuse') throw NotFound({ what: 'charge', id: 'ch_1' })
        if (operation === 'crash') throw new TypeError('a bug')
        return { id, kind, operation, input, options } as T
      },
    })
    const answer = await calls.call('plg_1', 'gateway', 'charge', { amount: 5 }, { deadline: 'page' })
    assert.deepEqual(answer, {
      id: 'plg_1',
      kind: 'gateway',
      operation: 'charge',
      input: { amount: 5 },
      options: { deadline: 'page' },
    })
    await assert.rejects(calls.call('plg_1', 'gateway', 'refuse', {}), {
      code: 'record.not_found',
      status: 404,
      params: { what: 'charge', id: 'ch_1' },
    })
    await assert.rejects(calls.call('plg_1', 'gateway', 'crash', {}), /a bug/)
    close()
  })

  test('say that the outcome is unknown when the other side goes away in between', async () => {
    const { calls, close } = open({ call: () => new Promise(() => undefined) })
    const open1 = calls.call('plg_1', 'provisioner', 'create', {})
    open1.catch(() => undefined)
    await setImmediate()
    close()
    await assert.rejects(open1, { code: 'plugin.away', params: { outcome_unknown: true } })
    await assert.rejects(calls.call('plg_1', 'provisioner', 'create', {}), {
      code: 'plugin.away',
      params: { outcome_unknown: false },
    })
  })
})

describe('command socket', async () => {
  const path = join(folder, 'berth.sock')
  const keyFile = join(folder, 'berth.sock.key')
  const socket = createCommandSocket({ socket: path, key: keyFile }, async (name, input, say) => {
    say(`doing ${name}`)
    if (name === 'fail') throw NotFound({ what: 'file', id: 'x' })
    return { input, sum: 5n }
  })
  await socket.start()
  after(() => socket.stop())
  const ask = async (call: string) => {
    const connection = connect(path)
    connection.on('error', () => undefined)
    connection.write(call)
    const answer = await text(connection)
    return answer
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown)
  }

  const keyed = (call: object) => `${JSON.stringify({ ...call, key: readFileSync(keyFile, 'utf8') })}\n`

  test('belongs to its owner, and answers in lines', async () => {
    for (const place of [path, keyFile]) assert.equal(statSync(place).mode & 0o777, 0o600)
    assert.deepEqual(await ask(keyed({ name: 'add', input: [1] })), [
      { say: 'doing add' },
      { result: { input: [1], sum: '5' } },
    ])
    assert.deepEqual(await ask(keyed({ name: 'fail', input: {} })), [
      { say: 'doing fail' },
      { error: { code: 'record.not_found', status: 404, message: 'There is no file "x".' } },
    ])
  })

  test('is of no use to who cannot read the key, as no plugin host can', async () => {
    for (const key of [undefined, '', 'f'.repeat(64), 5]) {
      const [answer] = await ask(`${JSON.stringify({ name: 'add', input: [1], key })}\n`)
      assert.equal((answer as { error: { code: string } }).error.code, 'command.refused')
    }
  })

  test('takes neither what is no call nor what has no end', async () => {
    assert.deepEqual(await ask('no json\n'), [])
    const [answer] = await ask('x'.repeat(CALL_MAX + 1))
    assert.equal((answer as { error: { code: string } }).error.code, 'command.too_long')
  })

  test('lies in the temporary folder when the path of the data folder is too long for it', () => {
    const config = { ...testConfig(), dataDir: `/srv/${'deep/'.repeat(30)}` }
    assert.ok(socketFile(config).length < 108)
    assert.notEqual(socketFile(config), socketFile({ ...config, dataDir: `${config.dataDir}x` }))
  })
})

describe('span of time', () => {
  test('is hours, days or weeks', () => {
    assert.deepEqual(['12h', '40d', '2w'].map(parseSpan), [43_200_000, 3_456_000_000, 1_209_600_000])
    for (const bad of ['0d', '5', 'd', '-1d', '1y', '99999d']) assert.throws(() => parseSpan(bad), RangeError)
  })
})

for (const engine of engines) {
  describe(`shared clock on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)

    test('is the same in every process that reads the row', async () => {
      const [one, two] = [await openSharedClock(db, systemClock), await openSharedClock(db, systemClock)]
      await createInstallation({ db, clock: systemClock }, 'test')
      await one.reread()
      await one.advance(86_400_000)
      await one.advance(86_400_000)
      const deadline = systemClock.ms() + 5_000
      while (two.offsetMs() === 0 && systemClock.ms() < deadline) await setImmediate()
      await two.refresh()
      assert.deepEqual([one.offsetMs(), two.offsetMs()], [172_800_000, 172_800_000])
      const ahead = toMs(two.business.now()) - toMs(instant(systemClock.ms()))
      assert.ok(Math.abs(ahead - 172_800_000) < 1_000)
      one.close()
      two.close()
    })
  })
}
