import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SampleFacts } from '../../core/app/sample/index.ts'
import { openSqlite, sql, type Db } from '../../core/db/index.ts'
import { allReports } from '../../core/reports/index.ts'
import { API_VERSION } from '../../simulators/stripe/version.ts'
import { dataFolder } from '../support/config.ts'
import { walkLedger, walkReports } from '../support/walk-figures.ts'
import { WebBrowser } from '../support/web.ts'

const BERTH = join(import.meta.dirname, '../../bin/berth')
const OPEN = 'Ctrl-C ends it.'

describe('the sample shop', () => {
  const folder = dataFolder()
  let child: ChildProcess
  let said = ''

  const start = async () => {
    said = ''
    const environment = { ...process.env, BERTH_DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'warn' }
    child = spawn(process.execPath, [BERTH, 'start'], { env: environment })
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (said += String(chunk)))
    const end = performance.now() + 240_000
    while (!said.includes(OPEN)) {
      assert.ok(performance.now() < end && child.exitCode === null, said)
      await sleep(20)
    }
  }
  const stop = async () => {
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    assert.deepEqual(await exited, [0, null], 'it ends in order')
  }
  const facts = () => JSON.parse(readFileSync(join(folder, 'sample.json'), 'utf8')) as SampleFacts
  const berth = async (command: string) => {
    const environment = { ...process.env, BERTH_DATA_DIR: folder }
    const running = spawn(process.execPath, [BERTH, ...command.split(' ')], { env: environment })
    let out = ''
    running.stdout.on('data', (chunk) => (out += String(chunk)))
    await once(running, 'exit')
    return out
  }
  const reading = async <T>(read: (db: Db) => Promise<T>): Promise<T> => {
    const db = openSqlite({ file: join(folder, 'berth.db') })
    return read(db).finally(() => db.close())
  }
  const count = (query: ReturnType<typeof sql>) =>
    reading(async (db) => (await db.get<{ rows: number }>(query))!.rows)

  before(start)
  after(() => child.kill('SIGKILL'))

  test('prints where it is and how to sign in, keeps that for its owner alone, and logs no problem', () => {
    const { ports, staff, client } = facts()
    for (const text of [`localhost:${ports.web}`, `127.0.0.1:${ports.mail}`, 'berth init'])
      assert.ok(said.includes(text), text)
    for (const { email, password } of [staff, client])
      assert.match(said, new RegExp(`${email} +${password}\n`))
    assert.doesNotMatch(said, /"level":/)
    assert.equal(statSync(join(folder, 'sample.json')).mode & 0o777, 0o600)
  })

  test('has a year of business behind it, with books that add up', async () => {
    assert.equal(await count(sql`select count(*) as rows from clients`), 26)
    assert.ok((await count(sql`select count(*) as rows from invoices where status = 'paid'`)) > 60)
    assert.ok((await count(sql`select count(*) as rows from services where delivery_status = 'live'`)) > 15)
    const marks = {
      overdue: sql`select count(*) as rows from invoices where status = 'issued'`,
      suspended: sql`select count(*) as rows from services where delivery_status = 'suspended'`,
      ended: sql`select count(*) as rows from services where billing_status = 'ended'`,
      refunded: sql`select count(*) as rows from refunds where status = 'succeeded'`,
    }
    for (const [mark, query] of Object.entries(marks)) assert.ok((await count(query)) > 0, mark)
    assert.match(await berth('verify'), /The books add up/)
    assert.match(await berth('health'), /ok +jobs: none has failed/)
  })

  test('lets staff and the client in, and shows its pages marked as a sample', async () => {
    const { ports, staff, client } = facts()
    const address = `http://127.0.0.1:${ports.web}`
    const shop = new WebBrowser(address)
    const home = await shop.get('/')
    assert.equal(home.status, 200)
    assert.match(home.text, /Sample shop\. Nothing here is real/)
    assert.equal((await shop.get('/sample')).status, 200)
    assert.equal((await shop.get('/sample/mail')).location, `http://127.0.0.1:${ports.mail}`)
    assert.equal((await shop.signIn(client.email, client.password)).status, 303)
    const order = /\/portal\/orders\/ord_\w+/.exec((await shop.get('/portal/orders')).text)![0]
    const terms = /\/legal\/terms\/[\w-]+/.exec((await shop.get(order)).text)![0]
    assert.match((await shop.get(terms)).text, /This is a sample shop\. Nothing in it is sold/)
    const desk = new WebBrowser(address)
    assert.equal((await desk.get('/admin/sample')).status, 303)
    assert.equal((await desk.signIn(staff.email, staff.password, '/admin/sign-in')).status, 303)
    assert.equal((await desk.get('/admin/sample')).status, 200)
    const before = await berth('clock show')
    assert.equal((await desk.post('/sample/clock', { days: '1' })).status, 303)
    assert.match(before, /"offset_days": 0\b/)
    assert.match(await berth('clock show'), /"offset_days": 1\b/)
  })

  test('opens every figure of its year into what adds up to it', async () => {
    const { ports, staff } = facts()
    const desk = new WebBrowser(`http://127.0.0.1:${ports.web}`)
    assert.equal((await desk.signIn(staff.email, staff.password, '/admin/sign-in')).status, 303)
    const open = async (page: string) => {
      const reply = await desk.get(page)
      assert.equal(reply.status, 200, page)
      return reply.text
    }
    const today = new Date()
    const day = (daysAgo: number) =>
      new Date(today.getTime() - daysAgo * 86_400_000).toISOString().slice(0, 10)
    const keys = allReports.map(({ key }) => key)
    const year = await walkReports(open, keys, `from=${day(400)}&to=${day(0)}`)
    assert.ok(year.figures > 100, String(year.figures))
    const months = await walkLedger(open, `from=${day(90)}&to=${day(0)}`)
    assert.ok(months.figures > 50, String(months.figures))
  })

  test('hears what Stripe tells it', async () => {
    const handled = sql`select count(*) as rows from webhook_events where status = 'handled'`
    const known = await count(handled)
    const control = `http://127.0.0.1:${facts().ports.stripe}/_control`
    const { charges } = (await (await fetch(`${control}/state`)).json()) as {
      charges: { id: string; captured: boolean }[]
    }
    const { id: charge } = charges.find(({ captured }) => captured)!
    const made = await fetch(`${control}/dispute`, { method: 'POST', body: JSON.stringify({ charge }) })
    assert.equal(made.status, 200)
    const end = performance.now() + 10_000
    while ((await count(handled)) === known) {
      assert.ok(performance.now() < end, 'the event is handled in time')
      await sleep(50)
    }
    assert.equal(await count(sql`select count(*) as rows from disputes`), 1)
  })

  test('opens again with everything in its place, and its companies remember', async () => {
    const earlier = facts()
    const invoices = await count(sql`select count(*) as rows from invoices`)
    await stop()
    await start()
    assert.deepEqual(facts(), earlier)
    assert.equal(await count(sql`select count(*) as rows from invoices`), invoices)
    assert.doesNotMatch(said, /Making a sample shop/)
    const method = await reading((db) =>
      db.get<{ reference: string }>(sql`select reference from payment_methods order by id limit 1`),
    )
    const kept = await fetch(
      `http://127.0.0.1:${earlier.ports.stripe}/v1/payment_methods/${method!.reference}`,
      {
        headers: { Authorization: `Bearer ${earlier.keys.stripe}`, 'Stripe-Version': API_VERSION },
      },
    )
    assert.equal(kept.status, 200)
  })
})
