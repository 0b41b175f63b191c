import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { Type } from '../../sdk/index.ts'
import { sql } from '../../core/db/index.ts'
import { readSecret } from '../../core/secrets/index.ts'
import {
  changeServer,
  changeServerGroup,
  countFailures,
  createServer,
  createServerGroup,
  deliverService,
  editService,
  listDeliveries,
  listServers,
  listServices,
  powerService,
  readUsage,
  setServerStatus,
  showService,
  testServer,
  type ServerMeans,
} from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { lostAnswer, openShop, owner, permanent, seed, staff, type Shop } from './fixture.ts'

const rules = {
  schema: Type.Object(
    { url: Type.String({ format: 'uri' }), api_key: Type.String({ minLength: 8 }) },
    { additionalProperties: false },
  ),
  secrets: ['api_key'],
}

for (const engine of engines) {
  describe(`servers, lists and questions to providers on ${engine}`, async () => {
    let statements = 0
    const { db, remove } = await makeDatabase(engine, { before: () => void statements++ })
    after(remove)
    await seed(db)
    let shop: Shop
    let means: ServerMeans
    beforeEach(async () => {
      await db.run(sql`update services set server_id = null`)
      shop = openShop(db)
      means = { ...shop.means, serverSettings: () => Promise.resolve(rules) }
    })
    const live = async (over = {}) => {
      const id = await shop.sell(over)
      await deliverService(shop.means, { service_id: id }, staff)
      await shop.work()
      shop.plugins.calls.length = 0
      return id
    }

    test('keeps a server with its secret sealed and its settings checked', async () => {
      const input = {
        instance_id: 'plg_a',
        group_id: 'svg_a',
        name: 'Frankfurt 1',
        capacity: 20,
        settings: { url: 'https://panel.example' },
        secrets: { api_key: 'key-of-panel' },
      }
      const id = await createServer(means, input, staff)
      const row = await db.get<{ settings: string; status: string; version: number }>(
        sql`select settings, status, version from servers where id = ${id}`,
      )
      assert.deepEqual(
        { ...row },
        { settings: '{"url":"https://panel.example"}', status: 'active', version: 1 },
      )
      assert.equal(await readSecret(db, means.keys, id, 'api_key'), 'key-of-panel')
      const wrong = createServer(means, { ...input, settings: { url: 'nowhere' }, secrets: {} }, staff)
      await assert.rejects(wrong, (error) => {
        assert.deepEqual(Object.keys((error as { fields: object }).fields).sort(), ['api_key', 'url'])
        return true
      })
      await assert.rejects(createServer(means, input, owner()), { code: 'actor.forbidden' })
      const change = { ...input, server_id: id, version: 1, capacity: 5, secrets: {} }
      await changeServer(means, change, staff)
      assert.equal(await readSecret(db, means.keys, id, 'api_key'), 'key-of-panel')
      await assert.rejects(changeServer(means, change, staff), { code: 'record.changed' })
      const audits = await db.all<{ after_state: string }>(
        sql`select after_state from audit where subject = ${id}`,
      )
      assert.equal(audits.length, 2)
      assert.doesNotMatch(JSON.stringify(audits), /key-of-panel/)
      await db.run(sql`delete from servers where id = ${id}`)
    })

    test('groups have a rule by which they fill', async () => {
      const id = await createServerGroup(means, { name: 'West', fill: 'least_used' }, staff)
      await changeServerGroup(means, { group_id: id, version: 1, name: 'West', fill: 'fill_first' }, staff)
      const { servers, groups } = await listServers(means, {}, staff)
      assert.deepEqual(
        groups.map((group) => [group.name, group.fill]),
        [
          ['Group', 'fill_first'],
          ['West', 'fill_first'],
        ],
      )
      assert.deepEqual(
        servers.map((server) => server.name),
        ['srv_1', 'srv_2'],
      )
    })

    test('a server that holds services is not disabled', async () => {
      await live()
      const refused = setServerStatus(means, { server_id: 'srv_1', act: 'disable' }, staff)
      await assert.rejects(refused, { code: 'server.in_use' })
      await setServerStatus(means, { server_id: 'srv_1', act: 'maintain' }, staff)
      const elsewhere = await live()
      assert.equal((await shop.service(elsewhere)).server_id, 'srv_2')
      await setServerStatus(means, { server_id: 'srv_1', act: 'activate' }, staff)
    })

    test('reports each step of a connection test, and a plugin that cannot be reached', async () => {
      const report = { ok: false, steps: [{ name: 'sign in', ok: false, detail: 'The key was refused.' }] }
      shop.plugins.script('test_connection', report, lostAnswer(), { ok: true, steps: [] })
      const ask = () => testServer(shop.means, { server_id: 'srv_1' }, staff)
      const problem = async () =>
        (await db.get<{ last_problem: string | null }>(
          sql`select last_problem from servers where id = 'srv_1'`,
        ))!.last_problem
      assert.deepEqual(await ask(), report)
      assert.equal(await problem(), 'The key was refused.')
      assert.deepEqual(await ask(), {
        ok: false,
        steps: [{ name: 'plugin', ok: false, detail: 'No answer in time.' }],
      })
      assert.equal((await ask()).ok, true)
      assert.equal(await problem(), null)
    })

    test('reads usage from the provider, and the last value when it is silent', async () => {
      const id = await live()
      const report = { available: true, metrics: [{ key: 'cpu', label: 'CPU', value: 12, unit: 'percent' }] }
      shop.plugins.script('usage', report, lostAnswer())
      const ask = () => readUsage(shop.means, { service_id: id }, owner())
      const readAt = shop.means.clock.now()
      assert.deepEqual(await ask(), { report, readAt, stale: false })
      await ask()
      assert.equal(shop.plugins.log(), 'usage')
      shop.means.clock.advance(16_000)
      assert.deepEqual(await ask(), { report, readAt, stale: true })
      assert.equal(shop.plugins.log(), 'usage usage')
      await assert.rejects(readUsage(shop.means, { service_id: id }, owner('cli_b')), {
        code: 'record.not_found',
      })
    })

    test('sends power to a live service only, and says why the provider refused', async () => {
      const id = await live()
      shop.plugins.script('power', { outcome: 'done' }, permanent)
      const send = () => powerService(shop.means, { service_id: id, signal: 'restart' }, owner())
      assert.equal((await send()).status, 'done')
      assert.equal((shop.plugins.calls[0]!.input as unknown as { signal: string }).signal, 'restart')
      await assert.rejects(send(), { code: 'service.provider_refused' })
      await db.run(sql`update services set delivery_status = 'suspended' where id = ${id}`)
      await assert.rejects(send(), { code: 'service.not_live' })
      await assert.rejects(powerService(shop.means, { service_id: id, signal: 'explode' }, owner()), {
        code: 'input.invalid',
      })
    })

    test('lists services page by page: to a client its own, to staff those of their brands', async () => {
      await db.run(sql`delete from delivery_calls`)
      await db.run(sql`delete from service_usage`)
      await db.run(sql`delete from service_acts`)
      await db.run(sql`delete from deliveries`)
      await db.run(sql`delete from services`)
      const ids: string[] = []
      for (let i = 0; i < 5; i++)
        ids.unshift(await shop.sell({ label: i === 2 ? 'My 100%_fun' : `Server ${i}` }))
      const foreign = await shop.sell({ clientId: 'cli_b', brandId: 'brd_b' })
      statements = 0
      const first = await listServices(means, { limit: 3 }, owner())
      assert.equal(statements, 1)
      assert.deepEqual(
        first.rows.map((row) => row.id),
        ids.slice(0, 3),
      )
      const second = await listServices(means, { limit: 3, after: first.next }, owner())
      assert.deepEqual([second.rows.map((row) => row.id), second.next], [ids.slice(3), null])
      const found = async (input: object, actor = staff) =>
        (await listServices(means, input, actor)).rows.map((row) => row.id)
      assert.deepEqual(await found({ search: '100%_F' }), [ids[2]])
      assert.deepEqual(await found({ search: '100_x' }), [])
      assert.deepEqual(await found({ client_id: 'cli_b' }), [foreign])
      assert.deepEqual(await found({ billing_status: 'active' }), [])
      assert.deepEqual(await found({ due_until: '2026-02-14' }), [])
      assert.deepEqual(await found({}, { ...staff, brandIds: ['brd_b'] }), [foreign])
      const shared = {
        ...owner(),
        grants: [{ clientId: 'cli_a', serviceId: ids[1]!, rights: ['service.*'] }],
      }
      assert.deepEqual(await found({}, shared), [ids[1]])
    })

    test('shows the queue with what failed, and nothing to clients', async () => {
      shop.plugins.script('create', permanent)
      const id = await live()
      const { rows } = await listDeliveries(means, {}, staff)
      assert.deepEqual(
        rows.map((row) => [row.service_id, row.status, row.failure, row.server_name]),
        [[id, 'failed', 'bad_credentials', 'srv_1']],
      )
      assert.deepEqual(
        (await countFailures(means, {}, staff)).map((row) => ({ ...row })),
        [{ failure: 'bad_credentials', deliveries: 1 }],
      )
      const elsewhere = { ...staff, brandIds: ['brd_b'] }
      assert.deepEqual((await listDeliveries(means, {}, elsewhere)).rows, [])
      await assert.rejects(listDeliveries(means, {}, owner()), { code: 'actor.forbidden' })
    })

    test('a client names its service; whoever may only look gets no addresses', async () => {
      shop.plugins.script('create', {
        outcome: 'done',
        access: [
          { label: 'Address', value: '10.0.0.1', kind: 'text' },
          { label: 'Password', value: 'secret', kind: 'secret' },
        ],
      })
      const id = await live()
      await editService(shop.means, { service_id: id, label: 'Castle', auto_charge: false }, owner())
      const shown = await showService(shop.means, { service_id: id }, owner())
      assert.deepEqual([shown.service.label, shown.service.auto_charge], ['Castle', 0])
      assert.deepEqual(
        shown.access.map((row) => [row.label, row.value]),
        [
          ['Address', '10.0.0.1'],
          ['Password', null],
        ],
      )
      const looker = { ...owner(), grants: [{ clientId: 'cli_a', serviceId: id, rights: ['service.read'] }] }
      assert.deepEqual((await showService(shop.means, { service_id: id }, looker)).access, [])
      await assert.rejects(editService(shop.means, { service_id: id, label: 'Mine' }, looker), {
        code: 'actor.forbidden',
      })
      statements = 0
      await showService(shop.means, { service_id: id }, owner())
      assert.equal(statements <= 12, true)
    })
  })
}
