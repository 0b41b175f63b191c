import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { silentLog, type Log } from '../../core/log/index.ts'
import { pruneRefusals } from '../../core/billing/index.ts'
import { putSecret } from '../../core/secrets/index.ts'
import { makeGateway } from '../billing/support.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { startWeb, type Web } from '../support/web.ts'

const SECRET = 'whsec_of_the_test'
const SCHEME = {
  ...{ scheme: 'hmac', header: 'X-Signature', algorithm: 'sha256', signed: '{t}.{body}', signature: 'v1' },
  ...{ tolerance: 300, secret: 'webhook_secret', event_id: 'id' },
}

interface Line {
  text: string
  facts: Record<string, unknown>
}

/** A log that keeps its lines. */
function listening(lines: Line[]): Log {
  const keep = (facts: unknown, text: unknown) =>
    void lines.push({ text: String(text), facts: facts as Line['facts'] })
  return Object.assign(Object.create(silentLog) as Log, { info: keep, warn: keep, error: keep })
}

for (const engine of engines) {
  describe(`webhooks (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let instance: string
    const logged: Line[] = []
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      const gateway = await makeGateway(means)
      instance = gateway.id
      const manifest = JSON.stringify({
        name: 'Test',
        kinds: { gateway: ['handle_event'] },
        webhooks: [SCHEME],
      })
      await means.db.run(sql`update plugins set manifest = ${manifest} where id = ${gateway.plugin_id}`)
      await means.db.transaction((trx) =>
        putSecret(trx, means.keys, {
          ...{ ownerId: instance, name: 'webhook_secret', value: SECRET },
          ...{ actor: 'usr_test', now: means.clock.now() },
        }),
      )
      web = await startWeb(means, { log: listening(logged) })
    })
    after(async () => {
      await web.close()
      await database.remove()
    })

    const send = (body: string, options: { secret?: string; to?: string; ageSeconds?: number } = {}) => {
      const t = Math.floor(means.clock.ms() / 1000) - (options.ageSeconds ?? 0)
      const signature = createHmac('sha256', options.secret ?? SECRET)
        .update(`${t}.${body}`)
        .digest('hex')
      const headers = { 'X-Signature': `t=${t},v1=${signature}`, 'Content-Type': 'application/json' }
      return fetch(`${web.address}/webhooks/${options.to ?? instance}`, { method: 'POST', body, headers })
    }
    const stored = () =>
      means.db.all<{ event_key: string }>(sql`select event_key from webhook_events order by event_key`)

    test('a signed event is stored once with its job, however often it comes', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => send(JSON.stringify({ id: `evt_${n % 5}` }))),
      )
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
      assert.deepEqual(
        (await stored()).map((row) => row.event_key),
        ['evt_0', 'evt_1', 'evt_2', 'evt_3', 'evt_4'],
      )
      assert.equal(means.jobs.of('billing.webhook').length, 5)
      const repeats = logged.filter(({ text }) => text === 'webhook repeated')
      assert.equal(repeats.length, 15)
      assert.deepEqual({ ...repeats[0]?.facts, event: '' }, { instance, event: '' })
    })

    test('a wrong, old or missing signature is refused and written down, and nothing is stored', async () => {
      const before = (await stored()).length
      assert.equal((await send('{"id":"evt_x"}', { secret: 'another' })).status, 400)
      assert.equal((await send('{"id":"evt_x"}', { ageSeconds: 400 })).status, 400)
      const bare = await fetch(`${web.address}/webhooks/${instance}`, {
        method: 'POST',
        body: '{"id":"evt_x"}',
      })
      assert.equal(bare.status, 400)
      assert.equal((await stored()).length, before)
      const refusals = await means.db.all<{ reason: string }>(
        sql`select reason from webhook_refusals order by received_at, id`,
      )
      assert.deepEqual(
        refusals.map(({ reason }) => reason),
        ['mismatch', 'too_old', 'no_header'],
      )
      assert.deepEqual(
        logged.filter(({ text }) => text === 'webhook refused').map(({ facts }) => facts.reason),
        ['mismatch', 'too_old', 'no_header'],
      )
    })

    test('of refused deliveries sixty a minute are written down, however many come', async () => {
      const rows = async () => (await means.db.all(sql`select id from webhook_refusals`)).length
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => send('{"id":"evt_x"}', { secret: 'no' })),
      )
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [400])
      assert.equal(await rows(), 60)
      assert.equal((await send('{"id":"evt_genuine"}')).status, 200)
      await means.db.run(sql`update webhook_refusals set received_at = '2020-01-01T00:00:00.000Z'
        where id in (select id from webhook_refusals order by id limit 50)`)
      assert.equal(await pruneRefusals(means), 50)
      assert.equal(await rows(), 10)
    })

    test('of events that no signature vouches for one sender has 120 stored in a minute, and is told to wait', async () => {
      const { id, plugin_id } = await makeGateway(means)
      const manifest = { name: 'T', kinds: { gateway: ['handle_event'] }, webhooks: [{ scheme: 'none' }] }
      await means.db.run(
        sql`update plugins set manifest = ${JSON.stringify(manifest)} where id = ${plugin_id}`,
      )
      const answers = await Promise.all(Array.from({ length: 130 }, (_, n) => send(`{"n":${n}}`, { to: id })))
      const told = answers.filter(({ status }) => status !== 200)
      assert.deepEqual([told.length, told[0]!.status, told[0]!.headers.get('retry-after')], [10, 429, '60'])
      const rows = await means.db.all(sql`select id from webhook_events where instance_id = ${id}`)
      assert.equal(rows.length, 120)
    })

    test('unknown addresses, other methods and bodies too large are told so', async () => {
      assert.equal((await send('{}', { to: means.newId('plg') })).status, 404)
      assert.equal((await send('{}', { to: 'nothing' })).status, 404)
      assert.equal((await fetch(`${web.address}/webhooks/${instance}`)).status, 405)
      assert.equal((await send(JSON.stringify({ id: 'evt_large', text: 'x'.repeat(600_000) }))).status, 413)
    })
  })
}
