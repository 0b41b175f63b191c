import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { onSqlite, openMeans, socketFile } from '../../core/app/index.ts'
import { loadConfig } from '../../core/config/index.ts'
import { sql } from '../../core/db/index.ts'
import { raiseWall } from '../../core/plugins/supervisor/wall.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { dataFolder } from '../support/config.ts'
import { makeBrand } from '../support/make.ts'

const BERTH = join(import.meta.dirname, '../../bin/berth')

for (const engine of engines) {
  describe(`command line on ${engine}`, async () => {
    const { url, remove } = await makeDatabase(engine)
    const environment = { BERTH_DATA_DIR: dataFolder(), DATABASE_URL: url, PORT: '0', LOG_LEVEL: 'info' }
    const config = loadConfig(environment)
    const children: ChildProcess[] = []
    after(async () => {
      for (const child of children) child.kill('SIGKILL')
      await remove()
    })

    const run = (args: string[], more: NodeJS.ProcessEnv = {}) => {
      const env = { ...process.env, ...environment, ...more }
      const child = spawn(process.execPath, [BERTH, ...args], { env })
      children.push(child)
      return child
    }
    const berth = async (args: string, input = '') => {
      const child = run(args.split(' '))
      child.stdin!.end(input)
      const [out, err, [code]] = await Promise.all([
        text(child.stdout!),
        text(child.stderr!),
        once(child, 'exit') as Promise<[number]>,
      ])
      return { out, err, code }
    }
    /** Waits for the line that says so. */
    const serve = async (role = 'serve') => {
      const child = run([role])
      let log = ''
      child.stderr!.on('data', (chunk) => (log += String(chunk)))
      const end = performance.now() + 20_000
      while (!log.includes('Berth runs')) {
        assert.ok(performance.now() < end && child.exitCode === null, log)
        await sleep(20)
      }
      return child
    }

    test('makes an installation once, and moves its clock without a core', async () => {
      const early = await berth('clock advance 1d')
      assert.deepEqual([early.code, early.out], [1, ''])
      assert.match(early.err, /Run "berth init" first/)
      const made = await berth('init --test-clock')
      assert.equal(made.code, 0)
      assert.match(made.out, /token: [\w-]{43}\n/)
      const again = await berth('init')
      assert.deepEqual([again.code, again.out], [1, ''])
      assert.match(again.err, /holds a test installation already/)
      const moved = await berth('clock advance 2d')
      assert.equal(moved.code, 0)
      assert.equal(moved.out.split('\n').filter((line) => / jobs?$/.test(line)).length, 2)
    })

    test('refuses what cannot be before it opens anything', async () => {
      assert.match((await berth('clock advance soon')).err, /not a span such as 12h/)
      assert.match((await berth('bill --until 2026-02-30')).err, /not a day such as/)
      assert.match((await berth('bill --preview 0')).err, /whole number from 1 to 400/)
      assert.match((await berth('init --staff-email a@example.com')).err, /go together/)
    })

    test('prints the address at which it listens when the port is left to the system', async () => {
      const core = await serve()
      let out = ''
      core.stdout!.on('data', (chunk) => (out += String(chunk)))
      for (let i = 0; i < 200 && !out.includes('\n'); i++) await sleep(20)
      const [, address] = /^Set Berth up at (http:\/\/localhost:[1-9]\d*\/admin\/setup\?token=\S+)$/m.exec(
        out,
      )!
      assert.equal((await fetch(address!)).status, 200)
      core.kill('SIGTERM')
      await once(core, 'exit')
    })

    test('starts under a strict wall exactly where the system has all of it, and says what is missing before it listens', async () => {
      const { missing } = await raiseWall('auto')
      const strict = { BERTH_PLUGIN_WALL: 'strict' }
      for (const args of [['serve'], ['clock', 'advance', '1h']]) {
        const child = run(args, strict)
        let [out, log] = ['', '']
        child.stdout!.on('data', (chunk) => (out += String(chunk)))
        child.stderr!.on('data', (chunk) => (log += String(chunk)))
        const ended = once(child, 'exit') as Promise<[number | null]>
        while (missing.length === 0 && child.exitCode === null && !log.includes('Berth runs')) await sleep(20)
        if (missing.length === 0) child.kill('SIGTERM')
        const [code] = await ended
        if (missing.length === 0) assert.equal(code, 0, log)
        else {
          assert.deepEqual([code, out], [1, ''], log)
          assert.match(log, /^BERTH_PLUGIN_WALL=strict, and this system lacks a part of the wall/m)
          assert.equal(log.match(/^- /gm)?.length, missing.length)
        }
      }
    })

    test('says in a line what the system refuses', async (t) => {
      const other = createServer().listen(0, '127.0.0.1')
      await once(other, 'listening')
      t.after(() => other.close())
      const { port } = other.address() as AddressInfo
      const taken = run(['serve'], { PORT: String(port) })
      const [said, printed] = await Promise.all([
        text(taken.stderr!),
        text(taken.stdout!),
        once(taken, 'exit'),
      ])
      assert.equal(printed, '', 'no address at which somebody else answers')
      assert.match(said, new RegExp(`^Port ${port} of 127\\.0\\.0\\.1 is taken by another program\\.`, 'm'))
      const missing = await berth('catalog import /nowhere/catalog.yaml')
      assert.deepEqual([missing.code, missing.err], [1, 'There is no /nowhere/catalog.yaml.\n'])
      const homeless = run(['migrate'], { DATABASE_URL: 'sqlite:/nowhere/x.db' })
      const [why, [code]] = await Promise.all([text(homeless.stderr!), once(homeless, 'exit')])
      const line = 'There is no folder /nowhere: make it, or name another file with DATABASE_URL.\n'
      assert.deepEqual([code, why], [1, line])
    })

    test('leaves an entry of what it was refused', async () => {
      const { means, close } = await openMeans(config)
      await makeBrand(means)
      const file = join(config.dataDir, 'wrong.yaml')
      writeFileSync(file, 'coupons:\n  - code: SPRING\n    amount: "5.00"\n    currency: ZZZ\n')
      const refused = await berth(`catalog import ${file}`)
      assert.equal(refused.code, 1)
      assert.match(refused.err, /ZZZ/)
      const entry = await means.db.get<{ actor: string; after_state: string }>(
        sql`select actor, after_state from audit where action = 'act.refuse' order by id desc limit 1`,
      )
      assert.equal(entry?.actor, 'system:command_line')
      const { verb, code } = JSON.parse(entry.after_state) as { verb: string; code: string }
      assert.deepEqual([verb, code], ['catalog.import', 'catalog.file_refused'])
      assert.deepEqual(await means.db.all(sql`select id from coupons`), [])
      await close()
    })

    test('speaks to the core that runs, which stops in order within five seconds', async () => {
      const core = await serve()
      assert.equal(existsSync(socketFile(config)), onSqlite(config))
      const health = await berth('health')
      assert.equal(health.code, 0)
      assert.match(health.out, /ok {3}worker: runs/)
      assert.equal((await berth('clock advance 3d')).code, 0)
      const shown = JSON.parse((await berth('clock show')).out) as { offset_days: number }
      assert.ok(Math.abs(shown.offset_days - 5) < 0.1)
      const stopping = performance.now()
      core.kill('SIGTERM')
      const [code] = (await once(core, 'exit')) as [number]
      assert.equal(code, 0)
      assert.ok(performance.now() - stopping < 5_000)
    })

    test('goes on after a core that was killed', async () => {
      const core = await serve()
      core.kill('SIGKILL')
      await once(core, 'exit')
      const { means, engine: jobs, close } = await openMeans(config)
      await means.db.transaction((trx) =>
        jobs.enqueue(trx, [{ task: 'events.deliver', payload: { ids: [] } }]),
      )
      const next = await serve()
      await jobs.drained(10_000)
      const { left } = (await means.db.get<{ left: number }>(
        onSqlite(config)
          ? sql`select count(*) as "left" from jobs`
          : sql`select count(*) as "left" from graphile_worker.jobs`,
      ))!
      await close()
      next.kill('SIGINT')
      const [code] = (await once(next, 'exit')) as [number]
      assert.deepEqual([left, code], [0, 0])
    })
  })
}
