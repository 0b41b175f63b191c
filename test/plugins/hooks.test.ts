import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import '../../core/billing/index.ts'
import { closeClient, reinstateClient, suspendClient } from '../../core/clients/index.ts'
import { sql } from '../../core/db/index.ts'
import { deliverEvents, type Consumer, type StoredEvent } from '../../core/events/index.ts'
import { hookNamed, observeEvent, queueObservers } from '../../core/plugins/index.ts'
import { createServices, terminateService } from '../../core/services/index.ts'
import { owner, seed, spec, staff } from '../services/fixture.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { openHookHouse } from './support/hook-house.ts'
import { loadWritten } from './support/setup.ts'

const guard = (id: string, refuses: string, hooks: unknown[]) =>
  loadWritten(id, {
    code: `export default {
      check: (context) => new Proxy({}, { get: (_, hook) => async (question) => {
        context.log.info(hook + ' ' + question.from + ' ' + question.to + ' ' + question.actor_kind)
        if (question.reason === 'loop') for (;;) {}
        if (question.reason === 'nonsense') return { allow: 'perhaps' }
        return question.reason === ${JSON.stringify(refuses)} ? { allow: false, message: '${id} says no' } : { allow: true }
      } }),
    }`,
    manifest: { kinds: {}, hooks },
  })

const CHECKS = ['client.suspend:check', 'client.close:check', 'service.end:check']
const [first, second, listener] = await Promise.all([
  guard('a-guard', 'refuse a', CHECKS),
  guard('b-guard', 'refuse b', [{ name: 'client.suspend:check', stage: 'early' }]),
  loadWritten('listener', {
    code: `export default {
      observe: (context) => ({
        'client.suspended': async (event) => { context.log.info(event.id + ' ' + event.subject + ' ' + event.body.status) },
        'client.active': async (event) => { throw new Error('not today') },
      }),
    }`,
    manifest: { kinds: {}, hooks: ['client.suspended', 'client.active'] },
  }),
])

for (const engine of engines) {
  describe(`hooks on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    await seed(db)
    const { hooks, bench, plugins, close } = await openHookHouse(db, [first, second, listener])
    after(async () => {
      close()
      await remove()
    })
    const means = { ...testMeans(db), hooks }
    const state = async (table: 'clients' | 'services', id: string) => {
      const column = table === 'clients' ? sql`status` : sql`billing_status as status`
      const from = table === 'clients' ? sql`clients` : sql`services`
      return (await db.get<{ status: string }>(sql`select ${column} from ${from} where id = ${id}`))!.status
    }
    beforeEach(async () => {
      await db.run(sql`update clients set status = 'active'`)
      await db.run(sql`delete from events`)
      bench.lines.length = 0
    })

    test('a check is asked before anything is written, and its refusal is the answer', async () => {
      const act = suspendClient(means, { client_id: 'cli_a', reason: 'refuse a' }, staff)
      await assert.rejects(act, { code: 'hook.refused', status: 409, message: 'a-guard says no' })
      assert.equal(await state('clients', 'cli_a'), 'active')
      assert.deepEqual(await db.all(sql`select id from events`), [])
      const audit = await db.all(sql`select id from audit where action = 'client.suspend'`)
      assert.deepEqual(audit, [])
    })

    test('early stages come first whatever the id, and the first refusal ends the asking', async () => {
      await assert.rejects(suspendClient(means, { client_id: 'cli_a', reason: 'refuse b' }, staff), {
        message: 'b-guard says no',
      })
      const expected = [['plg_b-guard', 'client.suspend:check active suspended staff']]
      assert.deepEqual(
        bench.lines.map(({ instance, text }) => [instance, text]),
        expected,
      )
    })

    test('an act that all allow happens once', async () => {
      const client = await suspendClient(means, { client_id: 'cli_a', reason: 'debt' }, staff)
      assert.equal(client.status, 'suspended')
      assert.deepEqual(
        bench.lines.map((line) => line.instance),
        ['plg_b-guard', 'plg_a-guard'],
      )
      const events = await db.all<{ type: string }>(sql`select type from events`)
      assert.deepEqual(events, [{ type: 'client.suspended' }])
    })

    test('a plugin that loops or talks nonsense does not stop an act that can be taken back', async () => {
      for (const reason of ['loop', 'nonsense']) {
        const client = await closeClient(means, { client_id: 'cli_b', reason }, staff)
        assert.equal(client.status, 'closed', reason)
        await db.run(sql`update clients set status = 'active'`)
      }
    })

    test('what cannot be taken back waits for the plugin that is to check it', async () => {
      const [service] = await db.transaction((trx) => createServices(means, trx, [spec()], staff))
      const id = typeof service === 'string' ? service : (service as unknown as { id: string }).id
      const end = (reason: string) => terminateService(means, { service_id: id, reason }, staff)
      await assert.rejects(end('nonsense'), { code: 'hook.unanswered', status: 503 })
      assert.equal(await state('services', id), 'pending')
      await end('wanted')
      assert.equal(await state('services', id), 'ended')
    })

    test('an observer hears each event once, tries again after a failure, and waits while it is off', async () => {
      await suspendClient(means, { client_id: 'cli_a', reason: 'debt' }, staff)
      await reinstateClient(means, { client_id: 'cli_a', reason: 'paid' }, staff)
      const consumer: Consumer = {
        name: 'plugin_hooks',
        types: [],
        listens: (type) => hooks.observers(type, null).length > 0,
        handle: (trx, event) => queueObservers(means, trx, event),
      }
      const events = await db.all<{ id: string; type: string }>(sql`select id, type from events order by id`)
      const ids = events.map(({ id }) => id)
      means.jobs.entered.length = 0
      await deliverEvents(means, [consumer], ids)
      await deliverEvents(means, [consumer], ids)
      const jobs = means.jobs.of('plugins.observe') as { instance: string; event: string }[]
      assert.deepEqual(
        jobs,
        ids.map((event) => ({ instance: 'plg_listener', event })),
      )
      bench.lines.length = 0
      await observeEvent({ ...means, plugins }, jobs[0]!)
      assert.deepEqual(
        bench.lines.map(({ text }) => text),
        [`${ids[0]} cli_a suspended`],
      )
      await assert.rejects(observeEvent({ ...means, plugins }, jobs[1]!), { code: 'plugin.failed' })

      await db.run(sql`update plugin_instances set status = 'disabled' where id = 'plg_listener'`)
      await observeEvent({ ...means, plugins }, jobs[0]!)
      const timers = await db.all<{ task: string; due_at: string }>(sql`select task, due_at from timers`)
      assert.deepEqual(timers, [{ task: 'plugins.observe', due_at: '2026-01-15T11:00:00.000Z' }])
      means.business.advance(8)
      await db.run(sql`delete from timers`)
      await observeEvent({ ...means, plugins }, jobs[0]!)
      assert.deepEqual(await db.all(sql`select id from timers`), [])
    })

    test('an instance of one brand hears nothing of another, and what belongs to no brand', async () => {
      const bind = async (brand: string | null) => {
        await db.run(sql`update plugin_instances set brand_id = ${brand} where id = 'plg_listener'`)
        await hooks.refresh()
      }
      await bind('brd_a')
      await suspendClient(means, { client_id: 'cli_a', reason: 'debt' }, staff)
      await suspendClient(means, { client_id: 'cli_b', reason: 'debt' }, staff)
      const events = await db.all<StoredEvent>(sql`select * from events order by brand_id`)
      assert.deepEqual(
        events.map(({ brand_id }) => brand_id),
        ['brd_a', 'brd_b'],
      )
      const told = async () => {
        means.jobs.entered.length = 0
        for (const event of [...events, { ...events[0]!, id: 'evt_none', brand_id: null }])
          await db.transaction((trx) => queueObservers(means, trx, event))
        return (means.jobs.of('plugins.observe') as { event: string }[]).map(({ event }) => event)
      }
      assert.deepEqual(await told(), [events[0]!.id, 'evt_none'])
      await bind('brd_b')
      assert.deepEqual(await told(), [events[1]!.id, 'evt_none'])
      await bind(null)
      assert.deepEqual(await told(), [events[0]!.id, events[1]!.id, 'evt_none'])
    })

    test('who may not act at all is refused before any plugin is asked', async () => {
      await assert.rejects(suspendClient(means, { client_id: 'cli_a', reason: 'x' }, owner()), {
        status: 403,
      })
      assert.deepEqual(bench.lines, [])
    })
  })
}

test('every hook has a law for the plugin that fails, and facts have no check', () => {
  assert.equal(hookNamed('service.end:check')?.failure, 'stop')
  assert.equal(hookNamed('client.suspend:check')?.failure, 'skip')
  assert.equal(hookNamed('client.suspended')?.failure, 'retry')
  assert.equal(hookNamed('invoice.lines:shape')?.failure, 'stop')
  assert.equal(hookNamed('invoice.pay:check'), undefined)
  assert.equal(hookNamed('invoice.paid')?.law, 'observe')
})
