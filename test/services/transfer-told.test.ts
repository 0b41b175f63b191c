import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import {
  actsOf,
  deliverService,
  moveService,
  retryTransfer,
  revealAccess,
  type TransferRow,
} from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeClient } from '../support/make.ts'
import { lostAnswer, openShop, owner, permanent, seed, staff, transient, type Shop } from './fixture.ts'

const done = { outcome: 'done' }
const made = {
  ...{ ...done, remote_id: 'r1' },
  access: [
    { label: 'User', value: 'steve', kind: 'text' },
    { label: 'Password', value: 'of the giver', kind: 'secret' },
  ],
}

for (const engine of engines)
  describe(`the provider of a service that has passed on (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    let shop: Shop
    let serviceId: string
    let receiverId: string
    beforeEach(async () => {
      await db.run(sql`delete from timers`)
      await db.run(sql`update services set server_id = null`)
      shop = openShop(db)
      shop.plugins.script('create', made)
      serviceId = await shop.sell()
      await deliverService(shop.means, { service_id: serviceId }, staff)
      await shop.work()
      await db.run(sql`update services set billing_status = 'active' where id = ${serviceId}`)
      shop.plugins.calls.length = 0
      receiverId = (await makeClient(shop.means, { brand_id: 'brd_a', name: 'Bo Lund' })).id
    })

    const move = () =>
      moveService(
        shop.means,
        { service_id: serviceId, to_client_id: receiverId, prices: 'same', reason: 'Sold' },
        staff,
      )
    const transfer = async ({ id }: TransferRow) =>
      (await db.get<TransferRow>(sql`select * from service_transfers where id = ${id}`))!

    test('is told whose it is and a password that the giver does not know, after the books', async () => {
      shop.plugins.script('change_owner', done)
      shop.plugins.script('change_password', done)
      const moved = await move()
      assert.equal(moved.status, 'accepted')
      assert.equal((await shop.service(serviceId)).client_id, receiverId)
      assert.equal(shop.plugins.calls.length, 0, 'nobody outside is asked by what moves the books')
      await shop.work(1)
      assert.equal(shop.plugins.log(), 'change_owner change_password')
      assert.equal((await transfer(moved)).status, 'done')
      const told = shop.plugins.calls[0]!.input as unknown as {
        before: { id: string }
        service: { client: { id: string } }
      }
      assert.deepEqual([told.before.id, told.service.client.id], ['cli_a', receiverId])
      const { value } = await revealAccess(
        shop.means,
        { service_id: serviceId, position: 1 },
        owner(receiverId),
      )
      assert.notEqual(value, 'of the giver')
    })

    test('is asked again while it may take it later, with the same key', async () => {
      shop.plugins.script('change_owner', transient, lostAnswer(), done)
      shop.plugins.script('change_password', done)
      const moved = await move()
      await shop.work(20)
      assert.equal(shop.plugins.log(), 'change_owner change_owner change_owner change_password')
      const keys = shop.plugins.calls.map(
        ({ input }) => (input as unknown as { idempotency_key: string }).idempotency_key,
      )
      assert.equal(new Set(keys.slice(0, 3)).size, 1)
      assert.equal((await transfer(moved)).status, 'done')
    })

    test('that does not take the new owner is a state for staff, who try again', async () => {
      shop.plugins.script('change_owner', permanent)
      const moved = await move()
      await shop.work(1)
      const failed = await transfer(moved)
      assert.equal(failed.status, 'failed')
      assert.ok(failed.problem)
      assert.ok(shop.mails().includes('act-failed'))
      assert.equal((await shop.service(serviceId)).client_id, receiverId, 'the books have moved')
      shop.plugins.script('change_owner', done)
      shop.plugins.script('change_password', done)
      await retryTransfer(shop.means, { transfer_id: moved.id }, staff)
      await shop.work(1)
      const { status, problem } = await transfer(moved)
      assert.deepEqual({ status, problem }, { status: 'done', problem: null })
    })

    test('is tried again beside an act of an add-on that is under way', async () => {
      const service = await shop.service(serviceId)
      const part = {
        ...service,
        id: shop.means.newId('svc'),
        parent_id: serviceId,
        remote_id: 'r2',
        version: 1,
      }
      await db.insert('services', [part])
      shop.plugins.script('change_owner', permanent, transient)
      const moved = await move()
      await shop.work(1)
      const statuses = () =>
        db.all<{ status: string }>(
          sql`select status from service_acts where transfer_id = ${moved.id} order by status`,
        )
      assert.deepEqual(await statuses(), [{ status: 'failed' }, { status: 'open' }])
      await retryTransfer(shop.means, { transfer_id: moved.id }, staff)
      assert.deepEqual(await statuses(), [{ status: 'failed' }, { status: 'open' }, { status: 'open' }])
      assert.equal((await transfer(moved)).status, 'accepted')
    })

    test('what was done for the giver is seen by staff, not by the receiver', async () => {
      shop.plugins.script('change_owner', done)
      shop.plugins.script('change_password', done)
      await move()
      await shop.work(1)
      await db.run(sql`update service_acts set client_id = 'cli_a' where operation = 'change_password'`)
      const seen = await actsOf(db, serviceId, owner(receiverId))
      assert.deepEqual(
        seen.map(({ operation }) => operation),
        ['change_owner'],
      )
      assert.equal((await actsOf(db, serviceId, staff)).length, 2)
    })
  })
