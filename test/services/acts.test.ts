import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { name, sql } from '../../core/db/index.ts'
import type { Actor } from '../../core/kernel/index.ts'
import {
  actsOf,
  changeServicePassword,
  createSnapshot,
  deliverService,
  placeHold,
  powerService,
  reinstallService,
  revealAccess,
  runAct,
  runOwnAction,
  setReverseDns,
  signOn,
  suspendService,
  type ActRow,
} from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import {
  lostAnswer,
  openShop,
  owner,
  permanent,
  seed,
  staff,
  tooBusy,
  transient,
  type Shop,
} from './fixture.ts'

const pending = { outcome: 'pending', reference: 'job_1' }
const done = { outcome: 'done' }
const made = {
  ...done,
  remote_id: 'r1',
  access: [
    { label: 'User', value: 'steve', kind: 'text' },
    { label: 'Password', value: 'the first one', kind: 'secret' },
  ],
}
const limited = (...rights: string[]): Actor => ({
  ...owner(),
  grants: [{ clientId: 'cli_a', serviceId: null, rights }],
})

for (const engine of engines)
  describe(`acts on a service on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    let shop: Shop
    beforeEach(async () => {
      await db.run(sql`delete from timers`)
      await db.run(sql`update services set server_id = null`)
      shop = openShop(db)
      shop.plugins.script('create', made)
      shop.plugins.script('list_images', { images: [{ key: 'debian', label: 'Debian' }] })
      shop.plugins.script('list_snapshots', { snapshots: [{ reference: 'snap_1', name: 'Before' }] })
      shop.plugins.script('describe', {
        ...{ state: 'live', addresses: [{ ip: '192.0.2.1', reverse_dns: null }] },
      })
    })
    const live = async () => {
      const id = await shop.sell()
      await deliverService(shop.means, { service_id: id }, staff)
      await shop.work()
      shop.plugins.calls.length = 0
      return id
    }
    const keys = () =>
      shop.plugins.calls.map(({ input }) => (input as { idempotency_key?: string }).idempotency_key)
    const newest = async (id: string): Promise<ActRow> => (await actsOf(db, id, staff))[0]!

    test('a button acts at once, with a key of its own, an audit row and its events', async () => {
      const id = await live()
      const press = () => powerService(shop.means, { service_id: id, signal: 'restart' }, owner())
      const [one, two] = [await press(), await press()]
      assert.deepEqual([one.status, two.status, one.sealed], ['done', 'done', null])
      assert.deepEqual(keys(), [one.id, two.id], 'two presses are two restarts')
      const audits = await db.all<{ after_state: string }>(
        sql`select after_state from audit where action = 'service.power' and subject = ${id} order by id`,
      )
      assert.deepEqual(
        audits.map((row) => JSON.parse(row.after_state) as object),
        [
          { act: one.id, signal: 'restart' },
          { act: two.id, signal: 'restart' },
        ],
      )
      const events = await db.all<{ type: string }>(
        sql`select type from events where subject = ${one.id} order by id`,
      )
      assert.deepEqual(
        events.map(({ type }) => type),
        ['service_act.begun', 'service_act.done'],
      )
      assert.equal(await db.get(sql`select id from timers where timer_key = ${`act:${one.id}`}`), undefined)
    })

    test('what may have happened is tried again with its key; what was refused is said and over', async () => {
      const id = await live()
      shop.plugins.script('power', lostAnswer(), done)
      const begun = await powerService(shop.means, { service_id: id, signal: 'restart' }, owner())
      assert.equal(begun.status, 'open')
      const again = powerService(shop.means, { service_id: id, signal: 'restart' }, owner())
      await assert.rejects(again, { code: 'service.act_open' })
      await shop.work(2)
      assert.equal((await newest(id)).status, 'done')
      assert.deepEqual(keys(), [begun.id, begun.id])
      for (const no of [permanent, transient, tooBusy()]) {
        shop.plugins.script('power', no)
        const refused = powerService(shop.means, { service_id: id, signal: 'stop' }, owner())
        await assert.rejects(refused, { code: 'service.provider_refused' })
        assert.equal((await newest(id)).status, 'failed')
      }
      assert.deepEqual(
        shop.mails().filter((mail) => mail === 'act-failed'),
        [],
        'who pressed it was told',
      )
    })

    test('a long act is done by a job, followed by its reference, and one at a time', async () => {
      const id = await live()
      shop.plugins.script('reinstall', pending)
      shop.plugins.script('follow', pending, pending, done)
      const wish = { service_id: id, image: 'debian' }
      await assert.rejects(reinstallService(shop.means, wish, owner()), { code: 'service.not_confirmed' })
      const act = await reinstallService(shop.means, { ...wish, confirmed: true }, owner())
      assert.deepEqual([act.status, shop.plugins.log()], ['open', 'list_images'])
      const other = createSnapshot(shop.means, { service_id: id, name: 'Before' }, owner())
      await assert.rejects(other, { code: 'service.act_open' })
      await shop.work()
      assert.equal((await newest(id)).status, 'waiting')
      await shop.work(5)
      assert.equal((await newest(id)).status, 'done')
      assert.equal(shop.plugins.log(), 'list_images reinstall follow follow follow')
      const { server, service, ...told } = shop.plugins.calls[1]!.input as unknown as Record<string, unknown>
      assert.ok(server && service)
      assert.deepEqual(told, { image: 'debian', keep_data: false, idempotency_key: act.id })
      assert.partialDeepStrictEqual(shop.plugins.calls[2]!.input, {
        operation: 'reinstall',
        reference: 'job_1',
      })
    })

    test('staff hear of an act that does not end, and of one that failed when nobody sat before it', async () => {
      const id = await live()
      shop.plugins.script('create_snapshot', pending)
      shop.plugins.script('follow', pending)
      await createSnapshot(shop.means, { service_id: id, name: 'Before' }, owner())
      await shop.work(119)
      assert.equal((await newest(id)).status, 'waiting')
      await shop.work(3)
      assert.partialDeepStrictEqual(await newest(id), {
        status: 'failed',
        message: 'The provider has not finished within two hours.',
      })
      shop.plugins.script('create_snapshot', permanent)
      await createSnapshot(shop.means, { service_id: id, name: 'Before' }, owner())
      await shop.work()
      assert.equal((await newest(id)).message, 'bad_credentials: refused')
      shop.plugins.script('create_snapshot', transient, done)
      await createSnapshot(shop.means, { service_id: id, name: 'Before' }, owner())
      await shop.work(1)
      assert.equal((await newest(id)).status, 'done')
      assert.deepEqual(
        shop.mails().filter((mail) => mail === 'act-failed'),
        ['act-failed', 'act-failed'],
      )
    })

    test('a process that dies in a call leaves the act to the next one, with the same key', async () => {
      const id = await live()
      shop.plugins.script('power', () => {
        throw new Error('the process ends here')
      })
      const act = await powerService(shop.means, { service_id: id, signal: 'restart' }, owner())
      await db.run(sql`update service_acts set busy_until = '2099-01-01T00:00:00.000Z', attempts = 0`)
      shop.plugins.script('power', done)
      await runAct(shop.means, act.id)
      assert.equal(shop.plugins.calls.length, 1, 'it is still held')
      await db.run(sql`update service_acts set busy_until = '2000-01-01T00:00:00.000Z' where id = ${act.id}`)
      await Promise.all([runAct(shop.means, act.id), runAct(shop.means, act.id)])
      assert.deepEqual(keys(), [act.id, act.id])
      assert.equal((await newest(id)).status, 'done')
    })

    test('a new password is made by core, stands sealed among the access details, and in no row else', async () => {
      const id = await live()
      await changeServicePassword(shop.means, { service_id: id }, owner())
      const { password } = shop.plugins.calls[0]!.input as unknown as { password: string }
      assert.match(password, /^[a-zA-Z2-9]{20}$/)
      const shown = await revealAccess(shop.means, { service_id: id, position: 1 }, owner())
      assert.deepEqual(shown, { label: 'Password', value: password })
      for (const table of ['audit', 'events', 'service_acts', 'service_access'] as const) {
        const rows = JSON.stringify(
          await db.all(sql`select * from ${name(table)}`),
          (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
        )
        assert.ok(!rows.includes(password), table)
      }
      const access = [{ label: 'Root', value: 'as the panel says', kind: 'secret' }]
      shop.plugins.script('change_password', { ...done, access })
      await changeServicePassword(shop.means, { service_id: id }, staff)
      const panel = await revealAccess(shop.means, { service_id: id, position: 0 }, owner())
      assert.deepEqual(panel, { label: 'Root', value: 'as the panel says' })
    })

    test('only on a live service, of what the plugin offers, by who holds the right on it', async () => {
      const id = await live()
      const wish = { service_id: id, ip: '192.0.2.1', name: 'mail.example.org' }
      await assert.rejects(setReverseDns(shop.means, wish, owner('cli_b')), { code: 'record.not_found' })
      await assert.rejects(setReverseDns(shop.means, wish, limited('service.read', 'service.power')), {
        code: 'actor.forbidden',
      })
      assert.equal((await setReverseDns(shop.means, wish, limited('service.set_reverse_dns'))).status, 'done')
      await setReverseDns(shop.means, { service_id: id, ip: '192.0.2.1' }, owner())
      assert.partialDeepStrictEqual(shop.plugins.calls.at(-1)!.input, { ip: '192.0.2.1', name: null })
      const without = { ...shop.means, hooks: { ...shop.means.hooks, offering: () => [] } }
      await assert.rejects(setReverseDns(without, wish, owner()), { code: 'service.not_offered' })
      await suspendService(shop.means, { service_id: id }, staff)
      await assert.rejects(setReverseDns(shop.means, wish, owner()), { code: 'service.not_live' })
      await shop.work()
      await assert.rejects(setReverseDns(shop.means, wish, owner()), { code: 'service.not_live' })
    })

    test('a hold that comes while an act is under way is not held up by it', async () => {
      const id = await live()
      shop.plugins.script('create_snapshot', pending)
      shop.plugins.script('follow', pending)
      await createSnapshot(shop.means, { service_id: id, name: 'Before' }, owner())
      await shop.work()
      await db.transaction(async (trx) =>
        placeHold(shop.means, trx, { service: await shop.service(id), reason: 'overdue' }, staff),
      )
      await shop.work()
      assert.equal((await shop.service(id)).delivery_status, 'suspended')
    })

    test("a plugin's own button: for whom it is, what it needs, its confirmation and its form", async () => {
      const id = await live()
      const form = {
        type: 'object',
        required: ['host'],
        properties: { host: { type: 'string', enum: ['a', 'b'] } },
      }
      const actions = [
        { name: 'flush', label: 'Flush', for: 'client', permission: 'service.run_action' },
        {
          name: 'wipe',
          label: 'Wipe',
          for: 'client',
          permission: 'service.run_action',
          confirm: 'All is lost.',
        },
        { name: 'move', label: 'Move', for: 'staff', permission: 'service.suspend', form },
      ]
      shop.plugins.script('list_actions', { actions })
      shop.plugins.script('run_action', { outcome: 'message', message: 'It is empty.' })
      const run = (action: string, actor: Actor, more = {}) =>
        runOwnAction(shop.means, { service_id: id, action, ...more }, actor)
      await run('flush', owner())
      await shop.work()
      assert.equal((await newest(id)).message, null, 'its words are for who pressed it')
      assert.partialDeepStrictEqual((await actsOf(db, id, owner()))[0], {
        status: 'done',
        label: 'Flush',
        message: 'It is empty.',
      })
      await assert.rejects(run('move', owner(), { values: { host: 'a' } }), { code: 'service.not_offered' })
      await assert.rejects(run('none', owner()), { code: 'service.not_offered' })
      await assert.rejects(run('wipe', owner()), { code: 'service.not_confirmed' })
      await run('wipe', owner(), { confirmed: true })
      await shop.work()
      await assert.rejects(run('move', staff, { values: { host: 'c' } }), { code: 'input.invalid' })
      await assert.rejects(
        run('move', { ...staff, permissions: ['service.run_action'] }, { values: { host: 'a' } }),
        {
          code: 'service.not_offered',
        },
      )
      await run('move', staff, { values: { host: 'a' } })
      await shop.work()
      assert.partialDeepStrictEqual(shop.plugins.calls.at(-1)!.input, {
        action: 'move',
        values: { host: 'a' },
      })
    })

    test('sign-on answers an address for this once, which stands nowhere', async () => {
      const id = await live()
      const url = 'https://panel.example/enter/one-time-secret'
      shop.plugins.script('sign_on', { outcome: 'ready', url }, { outcome: 'ready', url }, permanent)
      assert.deepEqual(await signOn(shop.means, { service_id: id }, owner()), { url })
      await signOn(shop.means, { service_id: id }, staff)
      assert.deepEqual(
        shop.plugins.calls.map(({ input }) => (input as unknown as { as: string }).as),
        ['client', 'staff'],
      )
      await assert.rejects(signOn(shop.means, { service_id: id }, owner()), {
        code: 'service.provider_refused',
      })
      await assert.rejects(signOn(shop.means, { service_id: id }, limited('service.read')), {
        code: 'actor.forbidden',
      })
      const audits = await db.all<{ after_state: string }>(
        sql`select after_state from audit where action = 'service.sign_on' and subject = ${id}`,
      )
      assert.equal(audits.length, 3)
      assert.doesNotMatch(JSON.stringify(audits), /one-time-secret/)
    })
  })
