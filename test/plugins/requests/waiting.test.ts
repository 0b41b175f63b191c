import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import '../../../core/app.ts'
import { pluginWrites } from '../../../core/app/wire/plugin-writes.ts'
import { name, sql } from '../../../core/db/index.ts'
import type { Actor } from '../../../core/kernel/index.ts'
import {
  approvePluginRequest,
  listPluginRequests,
  readPluginRequest,
  refusePluginRequest,
} from '../../../core/plugins/index.ts'
import { openShop, seed, staff } from '../../services/fixture.ts'
import { engines, makeDatabase } from '../../support/databases.ts'
import { writeCall, type WriteCall } from '../support/write-desk.ts'

const SCOPE = 'client.write:billable_item'
const data = [`${SCOPE}:all`]
const cap = { scope: SCOPE, currency: 'EUR', item_minor: '500', day_minor: '1200' }
const billed = (minor: string, more: object = {}) => ({
  description: 'Migration of a site',
  amount: { minor, currency: 'EUR' },
  ...more,
})
const waiting = { outcome: 'waiting' }
const clerk = (permissions: string[], brandIds: Actor['brandIds'] = 'all'): Actor => ({
  ...staff,
  permissions,
  brandIds,
})

for (const engine of engines) {
  describe(`requests that take money on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    let shop = openShop(db)
    beforeEach(async () => {
      for (const table of ['plugin_requests', 'billable_lines', 'billable_items', 'events', 'audit'])
        await db.run(sql`delete from ${name(table)}`)
      shop = openShop(db)
    })
    const asking = (what: Partial<WriteCall> = {}) => writeCall(shop.means, { data, ...what })
    const ask = (reference: string, minor: string, what: Partial<WriteCall> = {}) =>
      asking(what)(SCOPE, 'cli_a', reference, billed(minor))
    const deciding = () => ({ ...shop.means, writeActs: pluginWrites })
    const onlyRequest = async () => (await db.get<{ id: string }>(sql`select id from plugin_requests`))!.id
    const items = () =>
      db.all<{ client_id: string; timing: string; amount_minor: bigint; tax_class: string }>(sql`
        select i.client_id, i.timing, l.amount_minor, l.tax_class from billable_items i join billable_lines l on l.item_id = i.id order by i.id`)

    test('waits for a person, with what it takes; nothing is charged meanwhile', async () => {
      assert.deepEqual(await ask('m1', '12345'), waiting)
      assert.deepEqual(await ask('m1', '12345'), waiting)
      assert.deepEqual(await items(), [])
      const { rows } = await listPluginRequests(shop.means, {}, staff)
      assert.deepEqual(
        rows.map((row) => [row.instance_name, row.client_name, row.amount_minor, row.currency, row.status]),
        [['Panel', 'Client cli_a', 12_345n, 'EUR', 'waiting']],
      )
      assert.deepEqual(await shop.events('plugin_request.%'), ['plugin_request.asked'])
    })

    test('approved it is charged with the next invoice, once, in the name of who approved', async () => {
      await ask('m2', '900')
      const request_id = await onlyRequest()
      await approvePluginRequest(deciding(), { request_id }, staff)
      assert.deepEqual(
        (await items()).map((item) => ({ ...item })),
        [{ client_id: 'cli_a', timing: 'next', amount_minor: 900n, tax_class: 'standard' }],
      )
      const row = await readPluginRequest(shop.means, { request_id }, staff)
      assert.deepEqual([row.status, row.decided_by_name], ['approved', 'Ada'])
      assert.deepEqual(await ask('m2', '900'), { outcome: 'done', id: row.result_id })
      assert.deepEqual(await shop.events('%request%'), ['plugin_request.asked', 'plugin_request.approved'])
      const audit = await db.all<{ action: string; actor: string }>(sql`select action, actor from audit order by id`) // prettier-ignore
      assert.deepEqual(
        audit.map(({ action, actor }) => [action, actor]),
        [
          ['plugin_request.ask', 'plg_a'],
          ['billable_item.create', 'usr_staff'],
          ['plugin_request.approve', 'usr_staff'],
        ],
      )
      await assert.rejects(approvePluginRequest(deciding(), { request_id }, staff), {
        code: 'plugin_request.decided',
        message: `The request ${request_id} is approved already. Nothing was changed.`,
      })
      assert.equal((await items()).length, 1)
    })

    test('two who approve at the same moment charge once', async () => {
      await ask('m3', '900')
      const request_id = await onlyRequest()
      const both = await Promise.allSettled([
        approvePluginRequest(deciding(), { request_id }, staff),
        approvePluginRequest(deciding(), { request_id }, staff),
      ])
      assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
      assert.equal((await items()).length, 1)
    })

    test('refused it says why to the plugin, and charges nothing', async () => {
      await ask('m4', '900')
      const request_id = await onlyRequest()
      await assert.rejects(refusePluginRequest(shop.means, { request_id, reason: '' }, staff), {
        status: 422,
      })
      await refusePluginRequest(shop.means, { request_id, reason: 'Already paid by bank' }, staff)
      assert.deepEqual(await ask('m4', '900'), { outcome: 'refused', reason: 'Already paid by bank' })
      assert.deepEqual(await items(), [])
      await assert.rejects(approvePluginRequest(deciding(), { request_id }, staff), {
        code: 'plugin_request.decided',
      })
    })

    test('nobody approves what they could not charge themselves, or what is of another brand', async () => {
      await ask('m5', '900')
      const request_id = await onlyRequest()
      const approve = (actor: Actor) => approvePluginRequest(deciding(), { request_id }, actor)
      await assert.rejects(approve(clerk(['plugin_request.approve'])), {
        code: 'actor.forbidden',
        message: 'This needs the permission "billable_item.create".',
      })
      await assert.rejects(approve(clerk(['*'], ['brd_b'])), { code: 'record.not_found' })
      await assert.rejects(
        refusePluginRequest(shop.means, { request_id, reason: 'x' }, clerk(['*'], ['brd_b'])),
        { code: 'record.not_found' },
      )
      assert.deepEqual((await listPluginRequests(shop.means, {}, clerk(['*'], ['brd_b']))).rows, [])
      assert.deepEqual(await items(), [])
      await approve(clerk(['plugin_request.approve', 'billable_item.create'], ['brd_a']))
      assert.equal((await items()).length, 1)
    })

    test('what was granted goes through by itself up to its cap, and up to that of a day', async () => {
      const auto_approval = [cap]
      const outcome = async (reference: string, minor: string) =>
        ((await ask(reference, minor, { auto_approval })) as { outcome: string }).outcome
      assert.equal(await outcome('c1', '500'), 'done')
      assert.equal(await outcome('c2', '501'), 'waiting')
      assert.equal(await outcome('c3', '500'), 'done')
      assert.equal(await outcome('c4', '201'), 'waiting')
      assert.equal(await outcome('c5', '200'), 'done')
      assert.equal(await outcome('c6', '1'), 'waiting')
      shop.means.business.advance(1)
      assert.equal(await outcome('c7', '1'), 'done')
      assert.deepEqual(
        (await items()).map(({ amount_minor }) => amount_minor),
        [500n, 500n, 200n, 1n],
      )
      assert.deepEqual(
        [...new Set((await db.all<{ actor: string }>(sql`select actor from audit where action = 'billable_item.create'`)).map(({ actor }) => actor))], // prettier-ignore
        ['plg_a'],
      )
    })

    test('what a person approved counts to no cap', async () => {
      const auto_approval = [cap]
      await ask('p1', '1200', { auto_approval })
      await approvePluginRequest(deciding(), { request_id: await onlyRequest() }, staff)
      assert.equal(((await ask('p2', '500', { auto_approval })) as { outcome: string }).outcome, 'done')
    })

    test('several at once stay within the day together', async () => {
      const auto_approval = [cap]
      const all = await Promise.all(
        ['e1', 'e2', 'e3', 'e4'].map((reference) => ask(reference, '500', { auto_approval })),
      )
      const outcomes = all.map((one) => (one as { outcome: string }).outcome).sort()
      assert.deepEqual(outcomes, ['done', 'done', 'waiting', 'waiting'])
    })

    test('a cap in another currency lets nothing through, and one that the client is not billed in is refused', async () => {
      assert.deepEqual(await ask('u1', '1', { auto_approval: [{ ...cap, currency: 'USD' }] }), waiting)
      const dollars = { ...billed('1'), amount: { minor: '1', currency: 'USD' } }
      assert.equal(
        await asking()(SCOPE, 'cli_a', 'u2', dollars),
        'E_INVALID input.invalid: amount.currency: is USD; the client is billed in EUR',
      )
    })

    test('when the verb refuses at approval, the request goes on waiting', async () => {
      await ask('v1', '900')
      const request_id = await onlyRequest()
      await db.run(sql`update clients set currency = 'USD' where id = 'cli_a'`)
      await assert.rejects(approvePluginRequest(deciding(), { request_id }, staff), { code: 'input.invalid' })
      await db.run(sql`update clients set currency = 'EUR' where id = 'cli_a'`)
      assert.equal((await readPluginRequest(shop.means, { request_id }, staff)).status, 'waiting')
    })
  })
}
