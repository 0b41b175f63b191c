import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { sql, type Db } from '../../core/db/index.ts'
import { BerthError, type Actor } from '../../core/kernel/index.ts'
import {
  actsOf,
  changeServicePassword,
  createSnapshot,
  deliverService,
  powerService,
  reinstallService,
  removeSnapshot,
  rescueService,
  restoreSnapshot,
  revealAccess,
  runAct,
  runOwnAction,
  setReverseDns,
  signOn,
  suspendService,
  type ActRow,
} from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { lostAnswer, openShop, owner, permanent, seed, staff, tooBusy, type Shop } from './fixture.ts'

const pending = { outcome: 'pending', reference: 'job_1' }
const done = { outcome: 'done' }

/** A database whose second transaction never comes: the process died in between. */
function dyingAfterFirst(db: Db): Db {
  let begun = 0
  const transaction: Db['transaction'] = (work) =>
    begun++ === 0 ? db.transaction(work) : Promise.reject(new Error('the process ends here'))
  return new Proxy(db, {
    get: (target, key) => {
      if (key === 'transaction') return transaction
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

for (const engine of engines)
  describe(`what acts on a service may not do on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    let shop: Shop
    beforeEach(async () => {
      await db.run(sql`delete from timers`)
      await db.run(sql`update services set server_id = null`)
      shop = openShop(db)
      shop.plugins.script('list_images', { images: [{ key: 'debian', label: 'Debian' }] })
      shop.plugins.script('list_snapshots', { snapshots: [{ reference: 'snap_1', name: 'Before' }] })
      shop.plugins.script('describe', {
        ...{ state: 'live', addresses: [{ ip: '192.0.2.1', reverse_dns: null }] },
      })
      shop.plugins.script('create', { ...done, remote_id: 'r1' })
    })
    const live = async () => {
      const id = await shop.sell()
      await deliverService(shop.means, { service_id: id }, staff)
      await shop.work()
      shop.plugins.calls.length = 0
      return id
    }
    const newest = async (id: string): Promise<ActRow> => (await actsOf(db, id, staff))[0]!

    test('an act whose every call takes its process with it ends in its time, and staff hear of it', async () => {
      const id = await live()
      const act = await createSnapshot(shop.means, { service_id: id, name: 'Before' }, owner())
      for (let tries = 0; tries < 3; tries++) {
        const killed = { ...shop.means, db: dyingAfterFirst(db) }
        await assert.rejects(runAct(killed, act.id), /the process ends here/)
        await db.run(sql`update service_acts set busy_until = null where id = ${act.id}`)
      }
      assert.partialDeepStrictEqual(await newest(id), { status: 'open', attempts: 0 })
      shop.means.business.set(act.give_up_at)
      const calls = shop.plugins.calls.length
      await runAct(shop.means, act.id)
      assert.partialDeepStrictEqual(await newest(id), { status: 'failed', sealed: null })
      assert.equal(shop.plugins.calls.length, calls)
      assert.deepEqual(
        shop.mails().filter((mail) => mail === 'act-failed'),
        ['act-failed'],
      )
      await powerService(shop.means, { service_id: id, signal: 'restart' }, owner())
    })

    test('an act that cannot be opened any more is given up like any other', async () => {
      const id = await live()
      const act = await createSnapshot(shop.means, { service_id: id, name: 'Before' }, owner())
      await db.run(sql`update service_acts set sealed = 'spoilt' where id = ${act.id}`)
      await shop.work(40)
      assert.equal((await newest(id)).status, 'failed')
      assert.ok(!shop.plugins.log().includes('create_snapshot'))
      assert.ok(shop.mails().includes('act-failed'))
    })

    test('what waits for its next try is not done to a service that is no longer as it was', async () => {
      const changes: ((id: string) => Promise<unknown>)[] = [
        (id) => suspendService(shop.means, { service_id: id }, staff),
        (id) => db.run(sql`update services set server_id = 'srv_2' where id = ${id}`),
        (id) => db.run(sql`update services set delivery_status = 'terminated' where id = ${id}`),
      ]
      for (const change of changes) {
        const id = await live()
        shop.plugins.script('power', lostAnswer(), done)
        const act = await powerService(shop.means, { service_id: id, signal: 'start' }, owner())
        await change(id)
        await runAct(shop.means, act.id)
        const calls = shop.plugins.calls.filter(({ operation }) => operation === 'power')
        assert.equal(calls.length, 1)
        assert.partialDeepStrictEqual(await newest(id), {
          ...{ status: 'failed', sealed: null },
          message: 'The service was suspended, changed or ended meanwhile: no further call was made.',
        })
        assert.equal(await db.get(sql`select id from timers where timer_key = ${`act:${act.id}`}`), undefined)
        assert.ok(!shop.mails().includes('act-failed'))
        await db.run(sql`update services set server_id = null where id = ${id}`)
      }
    })

    test('what is named must be a thing of this service, where its plugin lists them', async () => {
      const id = await live()
      const wish = { service_id: id, confirmed: true }
      const foreign = [
        () => restoreSnapshot(shop.means, { ...wish, snapshot: 'snap_2' }, owner()),
        () => removeSnapshot(shop.means, { ...wish, snapshot: 'snap_2' }, staff),
        () => reinstallService(shop.means, { ...wish, image: 'another' }, owner()),
        () => rescueService(shop.means, { ...wish, on: true, image: 'another' }, owner()),
        () => setReverseDns(shop.means, { ...wish, ip: '192.0.2.2' }, owner()),
      ]
      const fields = ['snapshot', 'snapshot', 'image', 'image', 'ip']
      for (const [index, ask] of foreign.entries())
        await assert.rejects(ask(), (error: BerthError) => {
          assert.deepEqual([error.code, Object.keys(error.fields)], ['input.invalid', [fields[index]]])
          return true
        })
      assert.equal(shop.plugins.log(), 'list_snapshots list_snapshots list_images list_images describe')
      assert.deepEqual(await actsOf(db, id, staff), [])
      await restoreSnapshot(shop.means, { ...wish, snapshot: 'snap_1' }, owner())
      await shop.work()
      assert.equal((await newest(id)).status, 'done')
      shop.plugins.script('describe', { state: 'live' })
      const told = await setReverseDns(shop.means, { ...wish, ip: '192.0.2.2' }, owner())
      assert.equal(told.status, 'done', 'a plugin that tells no addresses looks itself')
      shop.plugins.script('list_snapshots', tooBusy())
      await assert.rejects(foreign[0]!(), { code: 'service.provider_refused' })
      await assert.rejects(foreign[1]!(), { code: 'plugin.busy' }, 'staff hear why')
    })

    test('no words that are kept or said repeat a secret, and clients hear no errors of plugins', async () => {
      const id = await live()
      const action = { name: 'join', label: 'Join', for: 'client', permission: 'service.run_action' }
      const form = { type: 'object', properties: { code: { type: 'string' } } }
      shop.plugins.script('list_actions', { actions: [{ ...action, form }] })
      const message = 'No such code hunter2 here, token=abcdef'
      shop.plugins.script('run_action', { ...permanent, message })
      const wish = { service_id: id, action: 'join', values: { code: 'hunter2' } }
      await runOwnAction(shop.means, wish, owner())
      await shop.work()
      assert.equal((await newest(id)).message, 'bad_credentials: No such code (hidden) here, token=(hidden)')
      const mailed = JSON.stringify(shop.means.jobs.of('mail.send'))
      assert.doesNotMatch(mailed, /hunter2|abcdef/)
      shop.plugins.script('change_password', ({ input }) => ({
        ...{ ...permanent, message: `${(input as unknown as { password: string }).password} is too weak` },
      }))
      await assert.rejects(changeServicePassword(shop.means, { service_id: id }, owner()), {
        message: /\(bad_credentials\): \(hidden\) is too weak$/,
      })
      const inner = new BerthError('plugin.unreachable', 502, 'node7.inner.example: refused', {
        params: { outcome_unknown: false },
      })
      shop.plugins.script('power', inner)
      shop.plugins.script('sign_on', inner)
      const press = (actor: Actor) => powerService(shop.means, { service_id: id, signal: 'stop' }, actor)
      const unreachable = {
        code: 'service.provider_refused',
        message: /\(unreachable\): It could not be asked/,
      }
      await assert.rejects(press(owner()), unreachable)
      await assert.rejects(signOn(shop.means, { service_id: id }, owner()), unreachable)
      await assert.rejects(press(staff), { message: /node7\.inner\.example/ })
    })

    test('a new password takes the place of no other secret', async () => {
      const secret = (label: string) => ({ label, value: `the ${label}`, kind: 'secret' })
      const cases = [
        { labels: ['API token'], place: 1 },
        { labels: ['Database password'], place: 1 },
        { labels: ['Password', 'Password'], place: 2 },
        { labels: ['API token', 'password'], place: 1 },
      ]
      for (const { labels, place } of cases) {
        shop.plugins.script('create', { ...done, remote_id: 'r1', access: labels.map(secret) })
        const id = await live()
        const reveal = async (position: number) =>
          (await revealAccess(shop.means, { service_id: id, position }, owner())).value
        for (const time of [1, 2]) {
          await changeServicePassword(shop.means, { service_id: id }, owner())
          const { password } = shop.plugins.calls.at(-1)!.input as unknown as { password: string }
          assert.equal(await reveal(place), password, `${labels.join()}, time ${time}`)
        }
        for (const [position, label] of labels.entries())
          if (position !== place) assert.equal(await reveal(position), `the ${label}`)
        const rows = await db.all(sql`select position from service_access where service_id = ${id}`)
        assert.equal(rows.length, Math.max(labels.length, place + 1))
        await db.run(sql`update services set server_id = null`)
      }
    })

    test('what is under way is followed on the server where it was begun', async () => {
      const id = await live()
      shop.plugins.script('create_snapshot', pending)
      const act = await createSnapshot(shop.means, { service_id: id, name: 'Before' }, owner())
      await runAct(shop.means, act.id)
      await db.run(sql`update services set server_id = null, delivery_status = 'terminated' where id = ${id}`)
      await runAct(shop.means, act.id)
      assert.equal((await newest(id)).status, 'done')
      assert.partialDeepStrictEqual(shop.plugins.calls.at(-1)!.input, { server: { id: act.server_id } })
    })
  })
