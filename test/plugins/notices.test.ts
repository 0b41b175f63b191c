import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, beforeEach, describe, test } from 'node:test'
import { noticesArea } from '../../core/app/wire/notices-area.ts'
import { words } from '../../core/app/wire/words.ts'
import { sql } from '../../core/db/index.ts'
import { deliverEvents, recordEvent } from '../../core/events/index.ts'
import { addNoticeRule, noticeRules, noticeTopics, sendNotice } from '../../core/notices/index.ts'
import { readSetting } from '../../core/records/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeBrand, makeClient, makeStaff, PASSWORD, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { startWeb } from '../support/web.ts'
import { openHookHouse } from './support/hook-house.ts'
import { loadExample } from './support/setup.ts'

interface Said {
  id: string
  room: string
  text: string
  url: string
}

/** The company behind the example plugin: a chat that may be down. */
async function openChat() {
  const said: Said[] = []
  const state = { down: false, rooms: new Set(['ops']) }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const message = JSON.parse(body) as Said
      const broken = state.down || request.headers.authorization !== 'Bearer key'
      const status = broken ? 503 : state.rooms.has(message.room) ? 200 : 404
      if (status === 200) said.push(message)
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ id: message.id }))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return { said, state, url: `http://127.0.0.1:${port}`, close: () => server.close() }
}

const example = await loadExample('example-notification')
const INSTANCE = 'plg_example-notification'

test('every topic is an event that there is, with words in both languages', async () => {
  const { hookNamed } = await import('../../core/plugins/index.ts')
  await import('../../core/app/areas.ts')
  for (const topic of noticeTopics) {
    assert.equal(hookNamed(topic)?.law, 'observe', topic)
    for (const locale of ['en', 'de']) assert.ok(words().has(`notices.topic.${topic}`, locale), topic)
  }
})

for (const engine of engines)
  describe(`notices to staff on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const chat = await openChat()
    const house = await openHookHouse(
      db,
      [example],
      {},
      {
        bench: { outbound: { 'chat.example.com': chat.url } },
        secrets: { 'example-notification': { api_key: 'key' } },
      },
    )
    const means = { ...testMeans(db), hooks: house.hooks }
    const web = await startWeb(means, { plugins: house.plugins })
    after(async () => {
      await web.close()
      house.close()
      chat.close()
      await remove()
    })
    const brand = await makeBrand(means)
    const client = await makeClient(means, { brand_id: brand.id, company: 'Acme' })
    const desk = await makeStaff(means)
    const consumers = noticesArea.consumers!({ means } as never)
    const record = (type: string, brandId: string | null = brand.id) =>
      db.transaction(async (trx) => {
        const event = { type, subject: client.id, brandId, clientId: client.id, body: {} }
        const [id] = await recordEvent(means, trx, staffActor(), event)
        return id!
      })
    const queued = async (...ids: string[]) => {
      means.jobs.entered.length = 0
      await deliverEvents(means, consumers, ids)
      return means.jobs.of('notices.send') as { rule: number; event: string }[]
    }
    const send = (job: { rule: number; event: string }) =>
      sendNotice({ ...means, plugins: house.plugins, words: (locale) => words().translator(locale) }, job)
    const rule = { instance: INSTANCE, target: { room: 'ops' }, locale: 'de' }
    beforeEach(async () => {
      await db.run(sql`delete from settings`)
      await db.run(sql`update plugin_instances set brand_id = null, status = 'active'`)
      await house.hooks.refresh()
      chat.said.length = 0
      chat.state.down = false
      house.bench.incidents.length = 0
    })

    test('staff choose the channel, the place and the events, and take it back, without scripts', async () => {
      const browser = web.browser()
      await browser.signIn(desk.user.email, PASSWORD, '/admin/sign-in')
      const page = await browser.get('/admin/notices')
      assert.match(page.text, new RegExp(`href="/admin/notices/new\\?instance=${INSTANCE}"`))
      const form = await browser.get(`/admin/notices/new?instance=${INSTANCE}`)
      assert.match(form.text, /name="values\[room\]"/)
      const none = await browser.post('/admin/notices', { instance: INSTANCE, 'values[room]': 'ops' })
      assert.equal(none.status, 422)
      assert.match(none.text, /value="ops"/)
      const topics = { topic_delivery__failed: 'on', topic_client__created: 'on' }
      const noRoom = await browser.post('/admin/notices', { instance: INSTANCE, ...topics })
      assert.equal(noRoom.status, 422)
      const added = await browser.post('/admin/notices', {
        ...{ instance: INSTANCE, 'values[room]': 'ops', ...topics },
      })
      assert.deepEqual([added.status, added.location], [303, '/admin/notices'])
      const { rules } = await readSetting(db, noticeRules)
      assert.deepEqual(rules, [
        { number: 1, ...rule, topics: ['client.created', 'delivery.failed'], locale: 'en' },
      ])
      assert.match((await browser.get('/admin/notices')).text, /New client, Delivery failed/)
      assert.doesNotMatch((await browser.get('/admin/settings')).text, /notices__rules/)
      assert.equal((await browser.post('/admin/notices/1/remove')).status, 303)
      assert.equal((await browser.post('/admin/notices/1/remove')).status, 404)
      assert.deepEqual((await readSetting(db, noticeRules)).rules, [])
    })

    test('an event is sent once, in words of who asked, with a link to what it is about', async () => {
      await addNoticeRule(means, { ...rule, topics: ['client.created'] }, staffActor())
      const id = await record('client.created')
      const jobs = await queued(id, await record('client.changed'), await record('order.held'))
      assert.deepEqual(jobs, [{ rule: 1, event: id }])
      assert.deepEqual(await queued(id), [])
      await send(jobs[0]!)
      assert.deepEqual(chat.said, [
        {
          ...{ id: `notice:1:${id}`, room: 'ops' },
          text: `Neuer Kunde\nAcme · ${brand.name} · ${client.id}`,
          url: `${means.publicUrl}/admin/clients/${client.id}`,
        },
      ])
    })

    test('a failure throws, so the job is tried again with the same key, and the plugin’s log has it', async () => {
      await addNoticeRule(means, { ...rule, topics: ['client.created'] }, staffActor())
      const [job] = await queued(await record('client.created'))
      chat.state.down = true
      await assert.rejects(send(job!), { code: 'plugin.failed' })
      assert.deepEqual(
        house.bench.incidents.map(({ kind, instance }) => [kind, instance]),
        [['failed', INSTANCE]],
      )
      assert.match(house.bench.incidents[0]!.detail, /The chat answered 503/)
      chat.state.down = false
      await send(job!)
      assert.deepEqual(
        chat.said.map((message) => message.id),
        [`notice:1:${job!.event}`],
      )
    })

    test('a channel that says why it did not send is told with its words, and tried again with the same key', async () => {
      await addNoticeRule(
        means,
        { ...rule, target: { room: 'desk' }, topics: ['client.created'] },
        staffActor(),
      )
      const [job] = await queued(await record('client.created'))
      await assert.rejects(send(job!), {
        code: 'notice.not_sent',
        message: `${INSTANCE} did not send the notice (invalid_settings): No such room.`,
      })
      assert.deepEqual([chat.said, house.bench.incidents], [[], []])
      chat.state.rooms.add('desk')
      await send(job!)
      assert.deepEqual(
        chat.said.map(({ id, room }) => [id, room]),
        [[`notice:1:${job!.event}`, 'desk']],
      )
    })

    test('an instance of one brand tells of that brand, one that is off of nothing', async () => {
      await addNoticeRule(means, { ...rule, topics: ['client.created'] }, staffActor())
      const other = await makeBrand(means)
      await db.run(sql`update plugin_instances set brand_id = ${brand.id}`)
      await house.hooks.refresh()
      const own = await record('client.created')
      const jobs = await queued(own, await record('client.created', other.id))
      assert.deepEqual(jobs, [{ rule: 1, event: own }])
      await db.run(sql`update plugin_instances set status = 'disabled'`)
      await house.hooks.refresh()
      assert.deepEqual(await queued(await record('client.created')), [])
    })

    test('who may see some brands only changes no notices, and numbers are not given again', async () => {
      const some = { ...staffActor(), brandIds: [brand.id] }
      const add = (actor = staffActor()) =>
        addNoticeRule(means, { ...rule, topics: ['client.created'] }, actor)
      await assert.rejects(add(some), { status: 404 })
      await assert.rejects(
        addNoticeRule(means, { ...rule, instance: 'plg_none', topics: ['client.created'] }, staffActor()),
        { code: 'input.invalid' },
      )
      await Promise.all([add(), add()])
      const { rules, last } = await readSetting(db, noticeRules)
      assert.deepEqual([rules.map(({ number }) => number), last], [[1, 2], 2])
    })
  })
