import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import type { RemoteAccount } from '../../sdk/index.ts'
import { name, sql } from '../../core/db/index.ts'
import { instant, type Actor } from '../../core/kernel/index.ts'
import {
  adoptAccount,
  adoptDelivery,
  adoptWaitingAccounts,
  alignAccount,
  compareAccounts,
  comparisonOf,
  countAccounts,
  noteAccount,
  servicesJobs,
  startComparing,
  suspendService,
  type ServerAccountRow,
} from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { lostAnswer, openShop, permanent, seed, staff, type Shop } from './fixture.ts'

const account = (remote_id: string, over: Partial<RemoteAccount> = {}): RemoteAccount => ({
  ...{ remote_id, name: `account ${remote_id}`, state: 'live' },
  ...over,
})
const made = (remote_id: string) => ({ outcome: 'done', remote_id })
const elsewhere: Actor = { ...staff, brandIds: ['brd_b'] }

for (const engine of engines)
  describe(`accounts of a server compared with services, on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    let shop: Shop
    let worked: number
    beforeEach(async () => {
      for (const table of [
        'server_accounts',
        'account_comparisons',
        'service_holds',
        'delivery_calls',
        'deliveries',
        'timers',
        'events',
      ])
        await db.run(sql`delete from ${name(table)}`)
      await db.run(sql`update services set server_id = null, remote_id = null, delivery_status = 'gone'`)
      await db.run(sql`update servers set capacity = null`)
      shop = openShop(db)
      worked = 0
    })

    const jobs = async () => {
      const handlers = servicesJobs(shop.means)
      for (; worked < shop.means.jobs.entered.length; worked++) {
        const { task, payload } = shop.means.jobs.entered[worked]!
        if (task === 'services.compare_accounts' || task === 'services.adopt_accounts')
          await handlers[task]!(payload as never, {} as never)
      }
    }
    const later = () => {
      const now = instant(Date.parse(shop.means.business.now()) + 60_000)
      shop.means.business.set(now)
    }
    /** Pages of accounts, as the server tells them one after the other. */
    const compare = async (...pages: (RemoteAccount[] | Error)[]) => {
      later()
      const answers = pages.map((page, i) =>
        page instanceof Error
          ? page
          : { accounts: page, ...(i < pages.length - 1 ? { cursor: `page ${i + 2}` } : {}) },
      )
      shop.plugins.script('list_accounts', ...answers)
      await compareAccounts(shop.means, { server_id: 'srv_1' }, staff)
      await jobs()
    }
    const rows = () =>
      db.all<ServerAccountRow>(sql`select * from server_accounts order by coalesce(remote_id, name), id`)
    const kinds = async () =>
      (await rows()).map(({ remote_id, kind }) => `${remote_id ?? 'none'} ${kind}`).sort()
    const only = async (kind: string) => (await rows()).find((row) => row.kind === kind)!
    const delivered = async (remote_id: string, over = {}) => {
      shop.plugins.script('create', made(remote_id))
      const id = await shop.sold(over)
      await shop.work()
      assert.equal((await shop.service(id)).remote_id, remote_id)
      return id
    }
    /** Sold, and its delivery failed. */
    const undelivered = async () => {
      shop.plugins.script('create', permanent)
      const id = await shop.sold()
      await shop.work()
      return id
    }

    test('finds what agrees, what is missing and what nobody is billed for', async () => {
      await delivered('r1')
      const missing = await delivered('r2')
      await compare([account('r1'), account('r9')])
      assert.deepEqual(await kinds(), ['none missing', 'r1 agrees', 'r9 stray'])
      assert.equal((await only('missing')).service_id, missing)
      const { accounts, problem, ended_at, compared_at } = (await comparisonOf(db, 'srv_1'))!
      assert.deepEqual({ accounts, problem }, { accounts: 2, problem: null })
      assert.equal(ended_at, shop.means.business.now())
      assert.equal(compared_at, ended_at)
    })

    test('compares state and plan, as far as both sides tell them', async () => {
      await delivered('r1', { moduleSettings: { memory: '1024', location: 'de' } })
      await delivered('r2')
      await compare([
        account('r1', { settings: { memory: 1024, disk: 5 } }),
        account('r2', { state: 'suspended', settings: { memory: 512 } }),
      ])
      assert.deepEqual(await kinds(), ['r1 agrees', 'r2 differs'])
      assert.deepEqual(JSON.parse((await only('differs')).differs), [
        { what: 'state', here: 'live', there: 'suspended' },
        { what: 'memory', here: '1024', there: '512' },
      ])
    })

    test('knows who an account is meant for by our id', async () => {
      const waits = await undelivered()
      const ended = await delivered('r2')
      await db.run(
        sql`update services set billing_status = 'ended', delivery_status = 'gone', server_id = null where id = ${ended}`,
      )
      const twice = await delivered('r3')
      await compare([
        account('r1', { external_id: waits }),
        account('r2', { external_id: ended }),
        account('r3', { external_id: twice }),
        account('r4', { external_id: twice }),
      ])
      assert.deepEqual(await kinds(), ['r1 waiting', 'r2 left', 'r3 agrees', 'r4 stray'])
    })

    test('goes through all pages, each account once', async () => {
      await delivered('r1')
      await compare([account('r1'), account('r5')], [account('r5'), account('r6')], [])
      assert.deepEqual(await kinds(), ['r1 agrees', 'r5 stray', 'r6 stray'])
      const cursors = shop.plugins.calls.flatMap(({ operation, input }) =>
        operation === 'list_accounts' ? [(input as { cursor?: string }).cursor] : [],
      )
      assert.deepEqual(cursors, [undefined, 'page 2', 'page 3'])
      assert.deepEqual(
        shop.means.jobs.of('services.compare_accounts').map((job) => (job as { cursor: string }).cursor),
        ['', 'page 2', 'page 3'],
      )
    })

    test('writes a page once, and only for the newest comparison', async () => {
      await compare([account('r1')])
      const [first] = shop.means.jobs.of('services.compare_accounts')
      shop.plugins.script('list_accounts', { accounts: [account('r8')] })
      await servicesJobs(shop.means)['services.compare_accounts']!(first as never, {} as never)
      assert.deepEqual(await kinds(), ['r1 stray'])
      assert.equal(shop.plugins.log(), 'list_accounts')
    })

    test('says why a comparison broke off, and leaves what was missing and gone as it was', async () => {
      await compare([account('r1')])
      const { compared_at } = (await comparisonOf(db, 'srv_1'))!
      await delivered('r2')
      await compare([], lostAnswer())
      const broken = (await comparisonOf(db, 'srv_1'))!
      assert.equal(broken.compared_at, compared_at)
      assert.match(broken.problem!, /No answer in time/)
      assert.deepEqual(await kinds(), ['r1 stray'])
    })

    test('ends a list that leads to the same page for ever', async () => {
      later()
      shop.plugins.script('list_accounts', { accounts: [account('r1')], cursor: 'again' })
      await compareAccounts(shop.means, { server_id: 'srv_1' }, staff)
      await jobs()
      assert.match((await comparisonOf(db, 'srv_1'))!.problem!, /does not end/)
      assert.equal(shop.plugins.log(), 'list_accounts list_accounts')
    })

    test('says nothing of services that are worked at', async () => {
      const id = await delivered('r1')
      await delivered('r2')
      await suspendService(shop.means, { service_id: id }, staff)
      await compare([account('r1', { state: 'suspended' }), account('r2')])
      assert.deepEqual(await kinds(), ['r1 agrees', 'r2 agrees'])
      await compare([account('r2')])
      assert.deepEqual(await kinds(), ['r2 agrees'])
    })

    test('forgets what is no more, and keeps the note as long as the same is found', async () => {
      await compare([account('r1'), account('r2')])
      const [first] = await rows()
      await noteAccount(shop.means, { account_id: first!.id, note: 'Our own.' }, staff)
      await compare([account('r1')])
      const [again, ...others] = await rows()
      assert.deepEqual(others, [])
      assert.deepEqual([again!.id, again!.note, again!.noted_by], [first!.id, 'Our own.', staff.id])
      assert.equal(again!.found_at, first!.found_at)
      assert.deepEqual([...(await countAccounts(db, 'srv_1', staff))], [['ignored', 1]])
      const id = await undelivered()
      await compare([account('r1', { external_id: id })])
      assert.equal((await only('waiting')).note, null)
    })

    test('gives an account to the service it was meant for, once the provider knows it', async () => {
      const id = await undelivered()
      await compare([account('r1', { external_id: id })])
      const { id: account_id } = await only('waiting')
      shop.plugins.script('describe', { state: 'absent' }, { state: 'live', remote_id: 'r1' })
      await assert.rejects(adoptAccount(shop.means, { account_id }, staff), {
        code: 'delivery.not_at_provider',
      })
      await adoptAccount(shop.means, { account_id }, staff)
      const { delivery_status, server_id, remote_id, status } = await shop.states(id)
      assert.deepEqual(
        { delivery_status, server_id, remote_id, status },
        { delivery_status: 'live', server_id: 'srv_1', remote_id: 'r1', status: 'done' },
      )
      assert.deepEqual(await kinds(), ['r1 agrees'])
      await assert.rejects(adoptAccount(shop.means, { account_id }, staff), {
        code: 'server_account.not_fitting',
      })
    })

    test('gives a stray to a service that staff choose, also where its delivery never began', async () => {
      const id = await shop.sell({ deliveryOn: 'never' })
      await compare([account('r1')])
      const { id: account_id } = await only('stray')
      shop.plugins.script('describe', { state: 'live', remote_id: 'r1' })
      await assert.rejects(adoptAccount(shop.means, { account_id }, staff), {
        code: 'server_account.not_fitting',
      })
      await adoptAccount(shop.means, { account_id, service_id: id }, staff)
      await shop.work()
      const { delivery_status, server_id, remote_id } = await shop.service(id)
      assert.deepEqual(
        { delivery_status, server_id, remote_id },
        {
          ...{ delivery_status: 'live', server_id: 'srv_1', remote_id: 'r1' },
        },
      )
      assert.equal(shop.plugins.log().includes('create'), false)
    })

    test('gives no account to two, whichever way it is taken', async () => {
      const owner = await delivered('r1')
      const id = await undelivered()
      await compare([account('r1'), account('r2')])
      await db.run(sql`update services set remote_id = 'r2' where id = ${owner}`)
      shop.plugins.script('describe', { state: 'live', remote_id: 'r2' })
      const { id: account_id } = await only('stray')
      const taken = { code: 'server_account.taken' }
      await assert.rejects(adoptAccount(shop.means, { account_id, service_id: id }, staff), taken)
      const delivery = await shop.delivery(id)
      const input = { delivery_id: delivery.id, remote_id: 'r2', server_id: 'srv_1' }
      await assert.rejects(adoptDelivery(shop.means, input, staff), taken)
    })

    test('of two services that take one account at once, one gets it', async () => {
      const [one, two] = [await undelivered(), await undelivered()]
      await compare([account('r1')])
      const { id: account_id } = await only('stray')
      shop.plugins.script('describe', { state: 'live', remote_id: 'r1' })
      const tried = await Promise.allSettled(
        [one, two].map((service_id) => adoptAccount(shop.means, { account_id, service_id }, staff)),
      )
      assert.deepEqual(tried.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
      const owners = await db.all(sql`select id from services where remote_id = 'r1'`)
      assert.equal(owners.length, 1)
    })

    test('does not take for it what the plugin found under another id', async () => {
      const id = await undelivered()
      await compare([account('r1')])
      shop.plugins.script('describe', { state: 'live', remote_id: 'r7' })
      const { id: account_id } = await only('stray')
      await assert.rejects(adoptAccount(shop.means, { account_id, service_id: id }, staff), {
        code: 'delivery.not_at_provider',
      })
    })

    test('adopts all that bear the id of a service, and says which could not be', async () => {
      const waiting: string[] = []
      for (let i = 10; i < 23; i++) waiting.push(await undelivered())
      await compare(waiting.map((id, i) => account(`r${i + 10}`, { external_id: id })))
      shop.plugins.script('describe', ({ input: { service } }) =>
        service.remote_id === 'r12' ? { state: 'absent' } : { state: 'live', remote_id: service.remote_id! },
      )
      assert.equal(await adoptWaitingAccounts(shop.means, { server_id: 'srv_1' }, staff), 13)
      await jobs()
      const { problem, remote_id } = await only('waiting')
      assert.equal(remote_id, 'r12')
      assert.match(problem!, /absent/)
      assert.deepEqual(Object.fromEntries(await countAccounts(db, 'srv_1', staff)), {
        ...{ waiting: 1, agrees: 12 },
      })
    })

    test('adopts for staff of one brand nothing of another', async () => {
      const [ours, theirs] = [await undelivered(), await undelivered()]
      await db.run(sql`update services set brand_id = 'brd_b', client_id = 'cli_b' where id = ${theirs}`)
      await compare([account('r1', { external_id: theirs }), account('r2', { external_id: ours })])
      shop.plugins.script('describe', ({ input: { service } }) => ({
        ...{ state: 'live', remote_id: service.remote_id! },
      }))
      await adoptWaitingAccounts(shop.means, { server_id: 'srv_1' }, { ...staff, brandIds: ['brd_a'] })
      await jobs()
      assert.deepEqual(await kinds(), ['r1 waiting', 'r2 agrees'])
      await adoptWaitingAccounts(shop.means, { server_id: 'srv_1' }, elsewhere)
      await jobs()
      assert.deepEqual(await kinds(), ['r1 agrees', 'r2 agrees'])
    })

    test('makes again what is missing, and nothing that stands', async () => {
      const id = await delivered('r1')
      await suspendService(shop.means, { service_id: id }, staff)
      await shop.work()
      await compare([])
      const { id: account_id } = await only('missing')
      shop.plugins.script('describe', { state: 'suspended', remote_id: 'r1' }, { state: 'absent' })
      await assert.rejects(alignAccount(shop.means, { account_id }, staff), {
        code: 'server_account.not_as_compared',
      })
      await alignAccount(shop.means, { account_id }, staff)
      assert.equal((await shop.service(id)).delivery_status, 'creating')
      shop.plugins.script('create', made('r2'))
      await shop.work()
      const { delivery_status, remote_id } = await shop.service(id)
      assert.deepEqual({ delivery_status, remote_id }, { delivery_status: 'suspended', remote_id: 'r2' })
      assert.deepEqual(await rows(), [])
      assert.deepEqual(await shop.events('service.lost'), ['service.lost'])
    })

    test('suspends there what is suspended here, and releases what is not', async () => {
      const held = await delivered('r1')
      await delivered('r2')
      await suspendService(shop.means, { service_id: held }, staff)
      await shop.work()
      await compare([account('r1'), account('r2', { state: 'suspended' })])
      const found = await rows()
      assert.deepEqual(await kinds(), ['r1 differs', 'r2 differs'])
      const calls = shop.plugins.calls.length
      shop.plugins.script('describe', ({ input: { service } }) => ({
        state: service.remote_id === 'r1' ? 'live' : 'suspended',
      }))
      for (const { id } of found) await alignAccount(shop.means, { account_id: id }, staff)
      await shop.work()
      const later = shop.plugins.calls
        .slice(calls)
        .map(({ operation, input }) =>
          operation === 'describe' ? '' : `${operation} ${input.service.remote_id}`,
        )
      assert.deepEqual(later.filter(Boolean), ['suspend r1', 'release r2'])
      const states = await db.all(
        sql`select delivery_status from services where remote_id in ('r1', 'r2') order by remote_id`,
      )
      assert.deepEqual(
        states.map((row) => ({ ...row })),
        [{ delivery_status: 'suspended' }, { delivery_status: 'live' }],
      )
    })

    test('brings the plan of an account to what is billed', async () => {
      const id = await delivered('r1')
      await compare([account('r1', { settings: { memory: 512 } })])
      shop.plugins.script('describe', { state: 'live' })
      await alignAccount(shop.means, { account_id: (await only('differs')).id }, staff)
      await shop.work()
      const { operation, input } = shop.plugins.calls.at(-1)!
      assert.equal(operation, 'change')
      assert.deepEqual(input.service.settings, { memory: 1024, location: 'de' })
      assert.equal((await shop.service(id)).delivery_status, 'live')
    })

    test('shows staff of a brand its own services, and no account of nobody', async () => {
      await delivered('r1')
      await compare([account('r9')])
      assert.deepEqual([...(await countAccounts(db, 'srv_1', elsewhere))], [])
      for (const { id: account_id } of await rows())
        await assert.rejects(noteAccount(shop.means, { account_id, note: 'x' }, elsewhere), {
          code: 'record.not_found',
        })
    })

    test('begins every day for each server in use', async () => {
      await db.run(sql`update servers set status = 'maintenance' where id = 'srv_2'`)
      assert.equal(await startComparing(shop.means), 1)
      await db.run(sql`update servers set status = 'active'`)
      assert.equal(await startComparing(shop.means), 2)
      assert.deepEqual(
        shop.means.jobs
          .of('services.compare_accounts')
          .map((job) => (job as { server_id: string }).server_id),
        ['srv_1', 'srv_1', 'srv_2'],
      )
    })
  })
