import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { type Area, findInstallation, type NewInstallation, onSqlite } from '../../core/app/index.ts'
import { createApp, type App, type AppOptions } from '../../core/app.ts'
import type { Config } from '../../core/config/index.ts'
import { sql } from '../../core/db/index.ts'
import { recordEvent, type StoredEvent } from '../../core/events/index.ts'
import { setTimer } from '../../core/jobs/index.ts'
import { addDays, instant, systemActor, toMs } from '../../core/kernel/index.ts'
import { WallIncomplete } from '../../core/plugins/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testConfig } from '../support/config.ts'

const HOUR_MS = 3_600_000

/** An area that writes down what reaches it. */
function diary() {
  const lines: string[] = []
  const served: string[] = []
  const installs: NewInstallation[] = []
  const area: Area = {
    name: 'diary',
    jobs: ({ means }) => ({
      'diary.write': async ({ line }: { line: string }) => void lines.push(`${means.business.now()} ${line}`),
    }),
    consumers: () => [
      {
        name: 'diary',
        types: ['page.turned'],
        handle: async (_trx, event: StoredEvent) => void lines.push(`${event.type} ${event.subject}`),
      },
    ],
    schedules: ({ means }) => [
      {
        name: 'diary.daily',
        cron: '0 0 * * *',
        run: async () => void lines.push(`day ${means.business.today('UTC')}`),
      },
    ],
    commands: {
      'diary.read': async (_wiring, { last }: { last: number }, say) => {
        say('reading')
        return lines.slice(-last)
      },
    },
    serve: async () => ({
      start: async () => void served.push('start'),
      stop: async () => void served.push('stop'),
    }),
    install: async (_wiring, facts) => void installs.push(facts),
  }
  return { area, lines, served, installs }
}

for (const engine of engines) {
  describe(`app on ${engine}`, async () => {
    const make = async (environment: Record<string, string> = {}) => {
      const database = await makeDatabase(engine)
      after(database.remove)
      return testConfig({ DATABASE_URL: database.url, ...environment })
    }
    const open = async (config: Config, area: Area, options: AppOptions = {}): Promise<App> => {
      const areas = { areas: [area], openPlugins: null }
      return createApp(config, { areas, sameThread: true, ...options })
    }

    test('starts what serves and works, delivers events once, and stops both', async () => {
      const { area, lines, served } = diary()
      const app = await open(await make(), area)
      await app.start()
      await app.means.db.transaction((trx) =>
        recordEvent(app.means, trx, systemActor('test'), {
          type: 'page.turned',
          subject: 'page_1',
          body: { id: 'page_1' },
        }),
      )
      await app.wiring.engine.drained(10_000)
      const { health } = app.wiring
      const { ready, checks } = await health()
      await app.stop()
      assert.deepEqual(lines, ['page.turned page_1'])
      assert.deepEqual(served, ['start', 'stop'])
      assert.equal(ready, true)
      assert.deepEqual(
        checks.map(({ name, ok }) => [name, ok]),
        [
          ['database', true],
          ['worker', true],
          ['installation', false],
          ['jobs', true],
          ['settings', true],
        ],
      )
      assert.equal((await health()).ready, false)
    })

    test('serves before plugins and jobs are there, and is not ready until they are', async () => {
      const { area } = diary()
      const opened = Promise.withResolvers<void>()
      const host = {
        call: () => Promise.reject(new Error('no plugin is called')),
        start: () => opened.promise,
        demandWall: () => Promise.resolve(),
        stop: () => Promise.resolve(),
      }
      const areas = { areas: [area], openPlugins: () => host }
      const app = await createApp(await make(), { areas, sameThread: true })
      const started = app.start()
      const { health } = app.wiring
      const before = await health()
      assert.deepEqual(
        before.checks.map(({ name, ok }) => [name, ok]),
        [
          ['database', true],
          ['worker', false],
          ['installation', false],
          ['jobs', true],
          ['settings', true],
        ],
      )
      assert.equal(before.ready, false)
      opened.resolve()
      await started
      assert.equal((await health()).ready, true)
      await app.stop()
    })

    test('starts nothing, and no listener first of all, where the wall is refused', async () => {
      const { area, served } = diary()
      const host = {
        call: () => Promise.reject(new Error('no plugin is called')),
        start: () => Promise.reject(new Error('it was started')),
        demandWall: () => Promise.reject(WallIncomplete({ missing: ['memory'], reasons: {} })),
        stop: () => Promise.resolve(),
      }
      for (const role of onSqlite(await make())
        ? (['serve', 'command'] as const)
        : (['web', 'work'] as const)) {
        const app = await createApp(await make(), {
          ...{ areas: { areas: [area], openPlugins: () => host }, role, sameThread: true },
        })
        await assert.rejects(app.start(), { code: 'plugin.wall_incomplete' })
        await app.stop()
      }
      assert.ok(!served.includes('start'))
    })

    test('moves a test clock day by day, with each timer at its own time, until all is done', async () => {
      const { area, lines } = diary()
      const app = await open(await make(), area)
      await app.command('init', { kind: 'test', staff: null })
      await app.start()
      const { means } = app
      const from = means.business.now()
      const due = instant(toMs(from) + 30 * HOUR_MS)
      await means.db.transaction((trx) =>
        setTimer(trx, {
          id: means.newId('tmr'),
          task: 'diary.write',
          key: 'letter',
          dueAt: due,
          payload: { line: 'letter' },
          now: from,
        }),
      )
      const said: string[] = []
      await app.command('clock.advance', { span: '4d' }, (line) => said.push(line))
      const today = means.business.today('UTC')
      const now = means.business.now()
      await app.stop()
      const from4 = addDays(instant(toMs(from)).slice(0, 10) as never, 4)
      assert.equal(today, from4)
      assert.ok(toMs(now) - toMs(from) >= 96 * HOUR_MS)
      const letter = lines.find((line) => line.endsWith('letter'))!
      const late = toMs(letter.slice(0, 24) as never) - toMs(due)
      assert.ok(late >= 0 && late < HOUR_MS, `the letter was ${late} ms late`)
      const days = lines.filter((line) => line.startsWith('day '))
      assert.equal(days.length, 4)
      assert.equal(days.at(-1), `day ${from4}`)
      assert.equal(said.length, 5)
    })

    test('leaves the clock of a real installation alone', async () => {
      const { area, installs } = diary()
      const app = await open(await make(), area)
      await assert.rejects(app.command('clock.advance', { span: '1d' }), { code: 'installation.missing' })
      const staff = { email: 'a@example.com', password: 'correct horse', name: 'Ada' }
      const made = await app.command('init', { kind: 'real', staff })
      await assert.rejects(app.command('clock.advance', { span: '1d' }), { code: 'clock.real' })
      await assert.rejects(app.command('init', { kind: 'test', staff: null }), {
        code: 'installation.exists',
      })
      await app.stop()
      assert.deepEqual(made, { kind: 'real', setup_token: null })
      assert.deepEqual(installs, [{ kind: 'real', staff }])
    })

    test('keeps only the hash of the token that opens the set-up page', async () => {
      const { area } = diary()
      const app = await open(await make(), area)
      const { setup_token } = (await app.command('init', { kind: 'real', staff: null })) as {
        setup_token: string
      }
      const row = await findInstallation(app.means.db)
      await app.stop()
      assert.match(setup_token, /^[\w-]{43}$/)
      assert.match(row!.setup_token_hash!, /^[0-9a-f]{64}$/)
    })

    test('diverts calls to outside companies for a sample, and never for a real installation', async () => {
      const config = await make({ BERTH_OUTBOUND: 'api.stripe.com=http://127.0.0.1:9' })
      const { area } = diary()
      let stopped = 0
      const openOutside = async () => ({
        outbound: { 'panel.example.com': 'http://127.0.0.1:8' },
        stop: async () => void (stopped += 1),
      })
      const sample = await open(config, area, { openOutside })
      assert.deepEqual(sample.wiring.outbound, {
        'api.stripe.com': 'http://127.0.0.1:9',
        'panel.example.com': 'http://127.0.0.1:8',
      })
      await sample.command('init', { kind: 'real', staff: null })
      await sample.stop()
      assert.equal(stopped, 1)
      await assert.rejects(open(config, area), { code: 'config.outbound_refused' })
      const real = await open({ ...config, outbound: {} }, area, { openOutside })
      assert.deepEqual(real.wiring.outbound, {})
      await real.stop()
    })

    test('runs the command of an area by name, and refuses one that nobody brought', async () => {
      const { area, lines } = diary()
      const app = await open(await make(), area)
      lines.push('one', 'two', 'three')
      const said: string[] = []
      const read = await app.command('diary.read', { last: 2 }, (line) => said.push(line))
      await assert.rejects(app.command('diary.burn', {}), { code: 'command.unknown' })
      await app.stop()
      assert.deepEqual(read, ['two', 'three'])
      assert.deepEqual(said, ['reading'])
    })

    test('refuses two areas that handle the same task, and leaves nothing locked', async () => {
      const config = await make()
      const { area } = diary()
      const areas = { areas: [area, area], openPlugins: null }
      await assert.rejects(createApp(config, { areas, sameThread: true }), /same task/)
      const app = await open(config, area)
      await app.stop()
    })

    test('splits web and work on PostgreSQL only, and lets one core have a SQLite folder', async () => {
      const config = await make()
      const { area, served } = diary()
      if (engine === 'sqlite') {
        await assert.rejects(open(config, area, { role: 'web' }), { code: 'process.split_needs_postgres' })
        const first = await open(config, area)
        await assert.rejects(open(config, area), { code: 'process.already_running' })
        await first.stop()
        return
      }
      const web = await open(config, area, { role: 'web' })
      const work = await open(config, area, { role: 'work' })
      await Promise.all([web.start(), work.start()])
      await web.means.db.transaction((trx) =>
        web.means.jobs.enqueue(trx, [{ task: 'diary.write', payload: { line: 'over the wire' } }]),
      )
      await web.wiring.engine.drained(10_000)
      const receipts = await web.means.db.get(sql`select count(*) as jobs from graphile_worker.jobs`)
      await Promise.all([web.stop(), work.stop()])
      assert.deepEqual(served, ['start', 'stop'])
      assert.equal(receipts!.jobs, 0)
    })
  })
}
