import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { list, name, sql } from '../../core/db/index.ts'
import {
  deliver,
  endServices,
  placeHold,
  retryDelivery,
  revealAccess,
  showDelivery,
} from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import {
  hostLost,
  lostAnswer,
  openShop,
  owner,
  permanent,
  seed,
  staff,
  system,
  tooBusy,
  transient,
  type Shop,
} from './fixture.ts'

const live = {
  state: 'live',
  remote_id: 'r1',
  access: [{ label: 'Address', value: '10.0.0.1:25565', kind: 'text' }],
}
const made = {
  outcome: 'done',
  remote_id: 'r1',
  access: [
    { label: 'User', value: 'steve', kind: 'text' },
    { label: 'Password', value: 'correct horse', kind: 'secret' },
  ],
}

for (const engine of engines) {
  describe(`deliveries on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    let shop: Shop
    beforeEach(async () => {
      for (const table of [
        'delivery_calls',
        'deliveries',
        'service_holds',
        'service_access',
        'timers',
        'events',
      ])
        await db.run(sql`delete from ${name(table)}`)
      await db.run(sql`update services set server_id = null`)
      shop = openShop(db)
    })

    const sold = () => shop.sold()
    const states = (id: string) => shop.states(id)

    test('creates after payment, keeps secrets sealed, tells the client without a password', async () => {
      shop.plugins.script('create', made)
      const id = await sold()
      assert.equal((await shop.service(id)).billing_status, 'active')
      assert.equal((await shop.service(id)).delivery_status, 'creating')
      await shop.work()
      assert.deepEqual(await states(id), {
        delivery_status: 'live',
        server_id: 'srv_1',
        remote_id: 'r1',
        status: 'done',
        step: 'look',
        failure: null,
        attempts: 0,
      })
      assert.equal(shop.plugins.log(), 'create')
      assert.equal(shop.plugins.calls[0]!.requestId, `${id}:create:1`)
      assert.deepEqual(await shop.events('service.live'), ['service.live'])
      assert.deepEqual(shop.mails(), ['service-ready'])
      assert.equal(JSON.stringify(shop.means.jobs.of('mail.send')).includes('correct horse'), false)
      const stored = await db.all<{ value: string | null; sealed: string | null }>(
        sql`select value, sealed from service_access where service_id = ${id} order by position`,
      )
      assert.equal(stored[0]!.value, 'steve')
      assert.equal(stored[1]!.value, null)
      assert.match(stored[1]!.sealed!, /^v1\.test\./)
    })

    test('shows a secret to its client, with an audit row, and to nobody else', async () => {
      shop.plugins.script('create', made)
      const id = await sold()
      await shop.work()
      assert.deepEqual(await revealAccess(shop.means, { service_id: id, position: 1 }, owner()), {
        label: 'Password',
        value: 'correct horse',
      })
      const stranger = revealAccess(shop.means, { service_id: id, position: 1 }, owner('cli_b'))
      await assert.rejects(stranger, { code: 'record.not_found' })
      const audits = await db.all(
        sql`select action from audit where action = 'service.reveal_access' and subject = ${id}`,
      )
      assert.equal(audits.length, 1)
    })

    test('writes every call down without its secrets', async () => {
      shop.plugins.script('create', {
        ...made,
        note: 'password=hunter2 and Bearer abc.def',
      })
      const id = await sold()
      await shop.work()
      const { calls } = await showDelivery(shop.means, { delivery_id: (await shop.delivery(id)).id }, staff)
      assert.deepEqual(
        calls.map((call) => [call.operation, call.outcome]),
        [['create', 'done']],
      )
      assert.doesNotMatch(calls[0]!.detail!, /correct horse|hunter2|abc\.def/)
      assert.match(calls[0]!.detail!, /steve/)
    })

    test('asks again while the provider works, ever more rarely, until it is live', async () => {
      shop.plugins.script('create', { outcome: 'pending', remote_id: 'r1' })
      shop.plugins.script('describe', { state: 'creating' }, { state: 'busy' }, live)
      const id = await sold()
      await shop.work()
      assert.deepEqual(await states(id), {
        delivery_status: 'creating',
        server_id: 'srv_1',
        remote_id: 'r1',
        status: 'waiting',
        step: 'poll',
        failure: null,
        attempts: 0,
      })
      await shop.work(0.2)
      assert.equal(shop.plugins.log(), 'create')
      await shop.work(2)
      assert.equal(shop.plugins.log(), 'create describe describe describe')
      assert.equal((await states(id)).delivery_status, 'live')
      assert.deepEqual(await shop.events('delivery.%'), ['delivery.waiting', 'delivery.done'])
    })

    test('gives a provider an hour and then names the failure', async () => {
      shop.plugins.script('create', { outcome: 'pending', remote_id: 'r1' })
      shop.plugins.script('describe', { state: 'creating' })
      const id = await sold()
      await shop.work(59)
      assert.equal((await states(id)).status, 'waiting')
      await shop.work(3)
      assert.equal((await states(id)).status, 'failed')
      assert.equal((await states(id)).failure, 'timed_out')
      assert.deepEqual(shop.mails(), ['delivery-failed', 'delivery-late'])
    })

    for (const [name, error] of [
      ['a lost answer', lostAnswer],
      ['a lost host', hostLost],
    ] as const) {
      test(`after ${name} looks first and adopts what it finds; never creates twice`, async () => {
        shop.plugins.script('create', error())
        shop.plugins.script('describe', live)
        const id = await sold()
        await shop.work()
        assert.equal((await states(id)).step, 'look')
        assert.equal((await states(id)).delivery_status, 'creating')
        await shop.work(1)
        assert.equal(shop.plugins.log(), 'create describe')
        assert.equal((await states(id)).delivery_status, 'live')
        assert.equal((await states(id)).remote_id, 'r1')
      })
    }

    test('after a lost answer creates again only when the provider knows nothing', async () => {
      shop.plugins.script('create', lostAnswer(), made)
      shop.plugins.script('describe', { state: 'absent' })
      const id = await sold()
      await shop.work(1)
      assert.equal(shop.plugins.log(), 'create describe create')
      assert.equal((await states(id)).delivery_status, 'live')
    })

    test('keeps looking while even the question gets no answer, then fails', async () => {
      shop.plugins.script('create', lostAnswer())
      shop.plugins.script('describe', lostAnswer())
      const id = await sold()
      await shop.work(60)
      assert.equal(shop.plugins.log(), 'create describe describe describe')
      assert.deepEqual(await states(id), {
        delivery_status: 'creating',
        server_id: 'srv_1',
        remote_id: null,
        status: 'failed',
        step: 'look',
        failure: 'timed_out',
        attempts: 4,
      })
    })

    test('tries again after 1, 5 and 30 minutes, then leaves it to staff', async () => {
      shop.plugins.script('create', transient)
      const id = await sold()
      const counts: number[] = []
      for (const minutes of [0, 1, 4.9, 0.1, 29.9, 0.1, 500]) {
        await shop.work(minutes)
        counts.push(shop.plugins.calls.length)
      }
      assert.deepEqual(counts, [1, 2, 2, 3, 3, 4, 4])
      assert.equal((await states(id)).failure, 'agent_unreachable')
      assert.equal((await states(id)).status, 'failed')
      assert.deepEqual(await shop.events('delivery.failed'), ['delivery.failed'])
    })

    test('calls again without looking when the plugin was only busy', async () => {
      shop.plugins.script('create', tooBusy(), made)
      const id = await sold()
      await shop.work(1)
      assert.equal(shop.plugins.log(), 'create create')
      assert.equal((await states(id)).delivery_status, 'live')
    })

    test('fails at once for what waiting does not mend, and goes on when staff retry', async () => {
      shop.plugins.script('create', permanent, made)
      const id = await sold()
      await shop.work(60)
      assert.equal(shop.plugins.log(), 'create')
      assert.equal((await states(id)).failure, 'bad_credentials')
      await retryDelivery(shop.means, { delivery_id: (await shop.delivery(id)).id }, staff)
      await shop.work()
      assert.equal((await states(id)).delivery_status, 'live')
    })

    test('lets one of two jobs for a delivery call; the other waits for it', async () => {
      let finish: (answer: object) => void = () => undefined
      const called = new Promise<void>((resolve) => {
        shop.plugins.script('create', () => {
          resolve()
          return new Promise<object>((answer) => (finish = answer))
        })
      })
      const id = await sold()
      const { id: deliveryId } = await shop.delivery(id)
      const first = deliver(shop.means, deliveryId)
      await called
      await deliver(shop.means, deliveryId)
      await assert.rejects(retryDelivery(shop.means, { delivery_id: deliveryId }, staff), {
        code: 'delivery.busy',
      })
      finish(made)
      await first
      assert.equal(shop.plugins.log(), 'create')
      assert.equal((await states(id)).delivery_status, 'live')
    })

    test('looks first when the process died in a call', async () => {
      shop.plugins.script('create', () => new Promise<object>(() => undefined))
      shop.plugins.script('describe', live)
      const id = await sold()
      const { id: deliveryId } = await shop.delivery(id)
      void deliver(shop.means, deliveryId)
      while (shop.plugins.calls.length === 0) await new Promise((resolve) => setImmediate(resolve))
      shop.means.clock.advance(91_000)
      await deliver(shop.means, deliveryId)
      assert.equal(shop.plugins.log(), 'create describe')
      assert.equal((await states(id)).delivery_status, 'live')
    })

    test('leaves a delivery alone for as long as a call of its plugin was granted', async () => {
      const limits = (asked: object) =>
        db.run(sql`update plugins set manifest = ${JSON.stringify({ limits: asked })} where id = 'fake'`)
      await limits({ job_deadline_ms: 300_000 })
      shop.plugins.script('create', () => new Promise<object>(() => undefined))
      shop.plugins.script('describe', live)
      const id = await sold()
      const { id: deliveryId } = await shop.delivery(id)
      void deliver(shop.means, deliveryId)
      while (shop.plugins.calls.length === 0) await new Promise((resolve) => setImmediate(resolve))
      shop.means.clock.advance(301_000)
      await deliver(shop.means, deliveryId)
      assert.equal(shop.plugins.log(), 'create')
      shop.means.clock.advance(30_000)
      await deliver(shop.means, deliveryId)
      assert.equal(shop.plugins.log(), 'create describe')
      await limits({})
    })

    test('never fills a server beyond its places, whoever comes at once', async () => {
      await db.run(sql`update servers set capacity = 1 where id = 'srv_2'`)
      const ids = await Promise.all(Array.from({ length: 6 }, () => shop.sell()))
      await Promise.all(ids.map((id) => shop.hear('invoice.paid', 'inv_1', [id])))
      const held = await db.all<{ server_id: string | null; services: number }>(sql`
        select server_id, count(*) as services from services where delivery_status = 'creating' and id in (${list(ids)})
        group by server_id order by server_id`)
      const byServer = Object.fromEntries(held.map((row) => [row.server_id ?? 'none', row.services]))
      assert.deepEqual(byServer, { srv_1: 2, srv_2: 1, none: 3 })
      shop.plugins.script('create', made)
      await shop.work()
      const waiting = await db.all(
        sql`select id from deliveries where failure = 'out_of_stock' and status = 'open'`,
      )
      assert.equal(waiting.length, 3)
      await db.run(sql`update servers set capacity = 10 where id = 'srv_2'`)
      await shop.work(1)
      const lost = await db.all(sql`select id from deliveries where status <> 'done'`)
      assert.equal(lost.length, 0)
    })

    test('fills by the smallest share where the group says so, and leaves servers in maintenance alone', async () => {
      await db.run(sql`update server_groups set fill = 'least_used'`)
      const first = await sold()
      const second = await sold()
      assert.equal((await shop.service(first)).server_id, 'srv_1')
      assert.equal((await shop.service(second)).server_id, 'srv_2')
      await db.run(sql`update servers set status = 'maintenance' where id = 'srv_2'`)
      const third = await sold()
      assert.equal((await shop.service(third)).server_id, 'srv_1')
      await db.run(sql`update server_groups set fill = 'fill_first'`)
      await db.run(sql`update servers set status = 'active'`)
    })

    test('a service that ends while it is being created is removed when the answer is there', async () => {
      shop.plugins.script('create', { outcome: 'pending', remote_id: 'r1' })
      shop.plugins.script('terminate', { outcome: 'done' })
      const id = await sold()
      await shop.work()
      await db.transaction((trx) =>
        endServices(shop.means, trx, { serviceIds: [id], reason: 'Cancelled' }, system),
      )
      await shop.work()
      assert.equal(shop.plugins.log(), 'create terminate')
      const row = await shop.service(id)
      assert.deepEqual([row.delivery_status, row.server_id, row.billing_status], ['gone', null, 'ended'])
    })

    test('a hold that comes while it is being created suspends right after', async () => {
      shop.plugins.script('create', { outcome: 'pending', remote_id: 'r1' })
      shop.plugins.script('describe', live)
      const id = await sold()
      await shop.work()
      await db.transaction(async (trx) =>
        placeHold(shop.means, trx, { service: await shop.service(id), reason: 'abuse' }, system),
      )
      assert.equal((await states(id)).status, 'waiting')
      await shop.work(1)
      assert.equal(shop.plugins.log(), 'create describe suspend')
      assert.equal((await states(id)).delivery_status, 'suspended')
    })
  })
}
