import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { createApiKey } from '../../core/identity/index.ts'
import { runAct, type PluginCalls } from '../../core/services/index.ts'
import { openFakeCloud, type CloudMachine, type FakeCloud } from '../../examples/example-server/test/cloud.ts'
import { serveCompany, type CompanyServer } from '../../sdk/test-kit/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { makeMembership, makeStaff, makeUser, PASSWORD, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { loadExample, openBench, type Bench } from '../plugins/support/setup.ts'
import { startWeb, type Web, type WebBrowser } from '../support/web.ts'
import { makeFullPortal } from './portal/full-shop.ts'
import { signedIn, textOf } from './portal/shop.ts'

/** The example cloud behind the real sandbox, for the instance of the shop. */
async function openCloud(
  cloud: FakeCloud,
): Promise<{ bench: Bench; company: CompanyServer; calls: PluginCalls }> {
  const company = await serveCompany(cloud)
  const bench = openBench({ outbound: { 'cloud.example.com': company.origin } })
  const instance = bench.instance(await loadExample('example-server'), { secretValues: { api_key: 'key' } })
  const calls = {
    call: (_id: string, kind: 'provisioner', operation: string, input: object) =>
      bench.plugins.call(instance, kind, operation, { input, deadlineMs: 15_000 }),
  } as unknown as PluginCalls
  return { bench, company, calls }
}

async function placeOnCloud(means: TestMeans, serviceId: string): Promise<void> {
  const at = means.business.now()
  const stamps = { created_at: at, updated_at: at }
  await means.db.insert('plugins', [
    {
      ...{
        id: 'example-server',
        version: '1.0.0',
        bundle_sha256: '0',
        manifest: '{"kinds":{}}',
        granted: '{}',
      },
      ...{ status: 'enabled', installed_at: at, updated_at: at },
    },
  ])
  await means.db.insert('plugin_instances', [
    {
      ...{ id: 'plg_cloud', plugin_id: 'example-server', name: 'Cloud', settings: '{}', status: 'active' },
      ...stamps,
    },
  ])
  await means.db.insert('servers', [
    {
      ...{ id: 'srv_1', instance_id: 'plg_cloud', name: 'Cloud', settings: '{}', status: 'active' },
      ...stamps,
    },
  ])
  await means.db.run(
    sql`update services set instance_id = 'plg_cloud', server_id = 'srv_1' where id = ${serviceId}`,
  )
}

for (const engine of engines)
  describe(`acts on a service, from page to cloud (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let cloud: FakeCloud
    let opened: Awaited<ReturnType<typeof openCloud>>
    let portal: Awaited<ReturnType<typeof makeFullPortal>>
    let client: WebBrowser
    let staff: WebBrowser
    let base: string
    let plugins: PluginCalls
    let staffId: string
    before(async () => {
      database = await makeDatabase(engine)
      const plain = testMeans(database.db)
      const offering = { instance: 'plg_cloud', plugin: 'example-server', brand: null, stamp: '1' }
      const offered = (await loadExample('example-server')).manifest.kinds.provisioner as string[]
      const offers = (what: string) => offered.some((name) => what === `provisioner.${name}`)
      means = { ...plain, hooks: { ...plain.hooks, offering: (what) => (offers(what) ? [offering] : []) } }
      portal = await makeFullPortal(means)
      cloud = openFakeCloud([portal.serviceId])
      opened = await openCloud(cloud)
      plugins = opened.calls
      await placeOnCloud(means, portal.serviceId)
      web = await startWeb(means, { plugins: opened.calls as never })
      client = await signedIn(web, portal.user)
      staff = web.browser()
      const person = await makeStaff(means)
      staffId = person.user_id
      await staff.signIn(person.user.email, PASSWORD, '/admin/sign-in')
      base = `/portal/services/${portal.serviceId}`
    })
    after(async () => {
      await web.close()
      await opened.company.close()
      opened.bench.plugins.stop()
      await database.remove()
    })
    const machine = (): CloudMachine => cloud.machines.get(portal.serviceId)!
    /** Takes one step of each act that is under way; `whole` takes them until nothing is. */
    const work = async (whole = true): Promise<void> => {
      const acts = await means.db.all<{ id: string }>(
        sql`select id from service_acts where status in ('open', 'waiting')`,
      )
      for (const { id } of acts) await runAct({ ...means, plugins }, id)
      if (whole && acts.length > 0) await work()
    }

    test('power is sent by a button, which says so with htmx and without', async () => {
      const page = await client.get(base)
      assert.match(page.text, /name="values\[signal\]" value="restart"/)
      const press = (headers = {}) =>
        client.post(`${base}/actions/power`, { 'values[signal]': 'restart' }, headers)
      const without = await press()
      assert.deepEqual([without.status, without.location], [303, base])
      assert.match(textOf((await client.get(base)).text), /Done: Power\./)
      const partly = await press({ 'HX-Request': 'true', 'HX-Target': `service-${portal.serviceId}-usage` })
      assert.equal(partly.status, 200)
      assert.match(partly.text, new RegExp(`id="service-${portal.serviceId}-usage"`))
      assert.equal(machine().restarts, 2)
      machine().state = 'live'
      const wrong = await client.post(`${base}/actions/power`, { 'values[signal]': 'explode' })
      assert.deepEqual([wrong.status, wrong.location], [303, base])
      assert.equal(machine().restarts, 2)
    })

    test('one click signs in at the panel; the address is in that answer alone', async () => {
      const reply = await client.post(`${base}/sign-on`)
      assert.equal(reply.status, 200)
      const address = /^0; url=(.+)$/.exec(reply.headers.get('refresh') ?? '')?.[1]
      assert.match(address ?? '', /^https:\/\/cloud\.example\.com\/enter\/\d+$/)
      assert.ok(reply.text.includes(`href="${address}"`), 'who has no refresh has a link')
      const desk = await staff.get(`/admin/services/${portal.serviceId}/actions`)
      assert.match(textOf(desk.text), /Open the panel/)
      const next = await staff.post(`/admin/services/${portal.serviceId}/sign-on`)
      assert.match(next.headers.get('refresh') ?? '', /enter/)
      assert.notEqual(next.headers.get('refresh'), reply.headers.get('refresh'), 'each is its own')
      const kept = JSON.stringify(await means.db.all(sql`select after_state from audit`))
      assert.doesNotMatch(kept, /enter/)
    })

    test('a new password is told to nobody but who asks for it', async () => {
      const form = await client.get(`${base}/actions/change_password`)
      assert.match(textOf(form.text), /stops working at once/)
      const sent = await client.post(`${base}/actions/change_password`)
      assert.deepEqual([sent.status, sent.location], [303, `${base}/actions`])
      assert.match(machine().password, /^[a-zA-Z2-9]{20}$/)
      assert.ok(!(await client.get(`${base}/actions`)).text.includes(machine().password))
      await client.get(base)
      assert.match((await client.post(`${base}/access/2`)).text, new RegExp(machine().password))
    })

    test('names and reverse DNS are offered as the provider tells them', async () => {
      const names = await client.get(`${base}/actions/rename`)
      assert.match(
        /<input[^>]*values\[domain\][^>]*>/.exec(names.text)?.[0] ?? '',
        /value="svc_\w+\.example\.com"/,
      )
      assert.doesNotMatch(names.text, /values\[ip\]/)
      await client.post(`${base}/actions/rename`, { 'values[domain]': 'www.example.org' })
      assert.deepEqual([machine().hostname, machine().user], ['www.example.org', 'root'])
      const reverse = await client.get(`${base}/actions/set_reverse_dns`)
      assert.match(reverse.text, /<option[^>]*>192\.0\.2\.10</)
      await client.post(`${base}/actions/set_reverse_dns`, {
        ...{ 'values[ip]': '192.0.2.10', 'values[name]': 'mail.example.org' },
      })
      assert.equal(machine().addresses[0]!.reverse_dns, 'mail.example.org')
      const again = await client.get(`${base}/actions/set_reverse_dns`)
      assert.match(again.text, />192\.0\.2\.10 \(mail\.example\.org\)</)
    })

    const PANEL = /192\.0\.2\.10 mail\.example\.org/
    const panelOf = async (browser: WebBrowser, path: string, id: string) => {
      const reply = await browser.get(path, { 'HX-Request': 'true', 'HX-Target': `div#${id}` })
      assert.equal(reply.status, 200)
      return textOf(reply.text)
    }
    const panels = async () => [
      await panelOf(client, base, 'slot-portal-service-aside'),
      await panelOf(staff, `/admin/services/${portal.serviceId}`, 'slot-admin-service-after'),
    ]

    test('the panel of the plugin stands on the page of the service, for its client and staff', async () => {
      for (const text of await panels()) assert.match(text, PANEL)
      assert.match((await client.get(base)).text, /id="slot-portal-service-aside"/)
      await means.db.run(
        sql`update services set delivery_status = 'suspended' where id = ${portal.serviceId}`,
      )
      const [forClient, forStaff] = await panels()
      assert.doesNotMatch(forClient!, PANEL)
      assert.match(forStaff!, PANEL)
      await means.db.run(sql`update services set delivery_status = 'live' where id = ${portal.serviceId}`)
    })

    test('a page whose panel cannot be drawn says so, and has all of its own', async () => {
      opened.company.weather = 'errors'
      const [forClient, forStaff] = await panels()
      assert.match(forClient!, /More about this service cannot be shown at the moment/)
      assert.match(forStaff!, /The plugin example-server did not answer/)
      const page = await client.get(base)
      assert.equal(page.status, 200)
      assert.match(page.text, /actions\/power/)
      opened.company.weather = 'well'
    })

    test('a reinstallation says what is lost, waits for a tick, and is followed to its end', async () => {
      const path = `${base}/actions/reinstall`
      assert.match(textOf((await client.get(path)).text), /All data on it are lost/)
      const unsure = await client.post(path, { 'values[image]': 'debian' })
      assert.equal(unsure.status, 409)
      assert.match(textOf(unsure.text), /Confirm that you know what is lost/)
      assert.equal(machine().installed, 1)
      const sure = await client.post(path, { 'values[image]': 'debian', confirmed: 'on' })
      assert.deepEqual([sure.status, sure.location], [303, `${base}/actions`])
      assert.match((await client.get(`${base}/actions`)).text, /hx-trigger="every 5s"/)
      const desk = `/admin/services/${portal.serviceId}/actions`
      const history = new RegExp(
        `id="service-${portal.serviceId}-acts"[^>]*hx-get="${desk}"[^>]*hx-trigger="every 5s"`,
      )
      assert.match((await staff.get(desk)).text, history)
      const other = await client.post(`${base}/actions/create_snapshot`, { 'values[name]': 'Mine' })
      assert.equal(other.status, 409)
      await work(false)
      await work(false)
      assert.match(textOf((await client.get(`${base}/actions`)).text), /Under way/)
      await work()
      const { text } = await client.get(`${base}/actions`)
      assert.match(textOf(text), /Reinstall .* Done/)
      assert.doesNotMatch(text, /hx-trigger="every 5s"/)
      assert.doesNotMatch((await staff.get(desk)).text, /hx-trigger="every 5s"/)
      assert.equal(machine().installed, 2)
    })

    test('snapshots are made, listed, restored and deleted, each loss confirmed', async () => {
      await client.post(`${base}/actions/create_snapshot`, { 'values[name]': 'Before the update' })
      await work()
      const { text } = await client.get(`${base}/actions`)
      assert.match(textOf(text), /Before the update/)
      const restore = /href="([^"]*restore_snapshot\?snapshot=s_1)"/.exec(text)![1]!
      assert.match((await client.get(restore)).text, /<option value="s_1" selected/)
      const foreign = { 'values[snapshot]': 's_99', confirmed: 'on' }
      const refused = await client.post(`${base}/actions/restore_snapshot`, foreign)
      assert.equal(refused.status, 422)
      assert.match(textOf(refused.text), /This service has none of that name/)
      const wish = { 'values[snapshot]': 's_1', confirmed: 'on' }
      await client.post(`${base}/actions/restore_snapshot`, wish)
      await work()
      await client.post(`${base}/actions/remove_snapshot`, wish)
      await work()
      assert.deepEqual(machine().snapshots, [])
      assert.deepEqual(
        cloud.done.slice(-3).map(({ act }) => act),
        ['snapshot', 'restore', 'drop'],
      )
    })

    test("the plugin's own buttons: those for clients and those for staff, with form and confirmation", async () => {
      const shown = await client.get(`${base}/actions`)
      assert.match(shown.text, /Flush the cache/)
      assert.doesNotMatch(shown.text, /Move to another host/)
      await client.post(`${base}/actions/run_action`, { own: 'flush_cache' })
      await work()
      assert.match(
        textOf((await client.get(`${base}/actions`)).text),
        /Flush the cache .* The cache is empty\./,
      )
      const desk = `/admin/services/${portal.serviceId}/actions`
      const page = await staff.get(desk)
      assert.match(page.text, /Move to another host/)
      assert.doesNotMatch(page.text, /Flush the cache<\/a>/)
      const form = await staff.get(`${desk}/run_action?own=move_host`)
      assert.match(form.text, /<option value="host-2"/)
      const moved = await staff.post(`${desk}/run_action?own=move_host`, { 'values[host]': 'host-2' })
      assert.equal(moved.location, desk)
      await work()
      assert.deepEqual(cloud.done.at(-1), { act: 'move_host', host: 'host-2' })
      assert.equal((await client.get(`${base}/actions/run_action?own=move_host`)).status, 404)
    })

    test('who holds one right sees its act alone, on one service too; a foreigner sees nothing', async () => {
      const friend = await makeUser(means, { realm_id: portal.user.realm_id, name: 'Friend' })
      await makeMembership(means, {
        ...{ client_id: portal.client.id, user_id: friend.id, service_id: portal.serviceId },
        rights: ['service.read', 'service.list', 'service.create_snapshot'],
      })
      const browser = await signedIn(web, friend)
      const { text } = await browser.get(`${base}/actions`)
      assert.match(text, /Make a snapshot/)
      assert.doesNotMatch(text, /actions\/(reinstall|change_password)|sign-on|Move to another host/)
      assert.doesNotMatch((await browser.get(base)).text, /actions\/power|sign-on/)
      assert.equal((await browser.post(`${base}/actions/reinstall`, { confirmed: 'on' })).status, 403)
      assert.equal((await browser.post(`${base}/sign-on`)).status, 403)
      assert.equal((await browser.get(`${base}/actions/explode`)).status, 404)
    })

    test('the API does the same, and answers the act', async () => {
      const person = { sessionId: 'ses_test', confirmedAt: means.clock.now() }
      const { key } = await createApiKey(
        means,
        { name: 'Ops', scopes: ['service.*'] },
        { ...staffActor(), id: staffId, ...person },
      )
      const ask = (path: string, body?: object) =>
        fetch(`${web.address}/api/v1/services/${portal.serviceId}${path}`, {
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
        })
      const before = machine().restarts
      const done = await ask('/actions/power', { signal: 'restart' })
      const act = (await done.json()) as Record<string, unknown>
      assert.equal(done.status, 200, JSON.stringify(act))
      assert.partialDeepStrictEqual(act, { service_id: portal.serviceId, operation: 'power', status: 'done' })
      assert.equal(machine().restarts, before + 1)
      const unsure = await ask('/actions/reinstall', {})
      assert.equal(unsure.status, 409)
      assert.equal(((await unsure.json()) as { code: string }).code, 'service.not_confirmed')
      const list = (await (await ask('/actions')).json()) as { data?: unknown[]; items?: unknown[] }
      assert.match(JSON.stringify(list), new RegExp(String(act['id'])))
    })
  })
