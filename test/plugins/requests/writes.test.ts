import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import '../../../core/app.ts'
import { pluginWrites } from '../../../core/app/wire/plugin-writes.ts'
import { name, sql } from '../../../core/db/index.ts'
import { WAITING_SCOPES } from '../../../core/plugins/manifest/data-scopes.ts'
import { releaseService } from '../../../core/services/index.ts'
import { writeScopes } from '../../../sdk/index.ts'
import { openShop, seed, staff } from '../../services/fixture.ts'
import { engines, makeDatabase } from '../../support/databases.ts'
import { addInstance, addOrder, writeCall, type WriteCall } from '../support/write-desk.ts'

test('every scope to write has an act, and those that wait are scopes that take money', () => {
  assert.deepEqual(Object.keys(pluginWrites).sort(), Object.keys(writeScopes).sort())
  const amount = { minor: '1', currency: 'EUR' }
  const wanted = { recordId: 'cli_a', clientId: 'cli_a', body: { amount } }
  const taking = Object.entries(pluginWrites).filter(([, act]) => act.money(wanted) !== null)
  assert.deepEqual(
    taking.map(([scope]) => scope),
    WAITING_SCOPES,
  )
})

for (const engine of engines) {
  describe(`what plugins have written on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    await addInstance(db, 'plg_b')
    let shop = openShop(db)
    let orders = 0
    const order = async () => {
      const id = `ord_${++orders}`
      await addOrder(db, id)
      return id
    }
    beforeEach(async () => {
      for (const table of ['plugin_requests', 'client_notes', 'events'])
        await db.run(sql`delete from ${name(table)}`)
      shop = openShop(db)
    })
    const asking = (what: Partial<WriteCall> & Pick<WriteCall, 'data'>) => writeCall(shop.means, what)

    test('a note is added by the verb of staff, in the name of the instance', async () => {
      const ask = asking({ data: ['client.write:note:all'] })
      const answer = (await ask('client.write:note', 'cli_a', 'n1', { body: 'Calls on Mondays.' })) as {
        outcome: string
        id: string
      }
      assert.equal(answer.outcome, 'done')
      const note = await db.get(sql`select client_id, body, author, author_name from client_notes where id = ${answer.id}`) // prettier-ignore
      assert.deepEqual(
        { ...note },
        { client_id: 'cli_a', body: 'Calls on Mondays.', author: 'plg_a', author_name: 'Panel' },
      )
      const audit = await db.all<{ action: string }>(
        sql`select action from audit where actor = 'plg_a' order by id`,
      )
      assert.deepEqual(
        audit.map(({ action }) => action),
        ['note.create', 'plugin_request.approve'],
      )
      assert.deepEqual(await shop.events('plugin_request.%'), ['plugin_request.approved'])
    })

    test('the note of an order is filled once; that of staff is not written over', async () => {
      const ask = asking({ data: ['order.write:note:all'] })
      const id = await order()
      assert.deepEqual(await ask('order.write:note', id, 'o1', { note: 'Risky' }), {
        outcome: 'done',
        id: null,
      })
      assert.match(
        String(await ask('order.write:note', id, 'o2', { note: 'Mine' })),
        /^E_REFUSED order\.has_note: The order ORD_1 has a note already\./,
      )
      assert.equal(
        (await db.get<{ note: string }>(sql`select note from orders where id = ${id}`))?.note,
        'Risky',
      )
    })

    test('an order is held once, with the reason; held already, the verb refuses and nothing is kept', async () => {
      const ask = asking({ data: ['order.write:hold:all'] })
      const id = await order()
      assert.deepEqual(await ask('order.write:hold', id, 'h1', { reason: 'Odd address' }), {
        ...{ outcome: 'done', id: null },
      })
      assert.deepEqual(
        { ...(await db.get(sql`select status, hold_reason from orders where id = ${id}`)) },
        {
          ...{ status: 'held', hold_reason: 'Odd address' },
        },
      )
      assert.match(
        String(await ask('order.write:hold', id, 'h2', { reason: 'Again' })),
        /^E_REFUSED state\.illegal: /,
      )
      const kept = await db.all<{ reference: string }>(sql`select reference from plugin_requests`)
      assert.deepEqual(
        kept.map(({ reference }) => reference),
        ['h1'],
      )
    })

    test('a service gets its label', async () => {
      const ask = asking({ data: ['service.write:label:all'] })
      const id = await shop.sell()
      await ask('service.write:label', id, 'l1', { label: 'web1' })
      assert.equal((await shop.service(id)).label, 'web1')
      const odd = await ask('service.write:label', id, 'l2', { label: 'web1', auto_charge: true })
      assert.match(String(odd), /^E_INVALID .*auto_charge/)
    })

    test('each instance lifts its own hold alone, and the service runs when none is left', async () => {
      const data = ['service.write:hold:all']
      const [a, b] = [asking({ data }), asking({ data, instance: 'plg_b' })]
      const id = await shop.sell()
      const holds = async () =>
        (await db.all<{ reason: string }>(sql`select reason from service_holds where service_id = ${id} order by reason`)).map(({ reason }) => reason) // prettier-ignore
      const held = (held: boolean) => ({ held, reason: 'Spam' })
      assert.match(
        String(await b('service.write:hold', id, 'b0', held(false))),
        /^E_REFUSED service\.hold_missing/,
      )
      await a('service.write:hold', id, 'a1', held(true))
      await b('service.write:hold', id, 'b1', held(true))
      assert.deepEqual(await holds(), ['plugin'])
      await a('service.write:hold', id, 'a2', held(false))
      assert.deepEqual(await holds(), ['plugin'])
      assert.match(
        String(await a('service.write:hold', id, 'a3', held(false))),
        /^E_REFUSED service\.hold_missing/,
      )
      await b('service.write:hold', id, 'b2', held(false))
      assert.deepEqual(await holds(), [])
    })

    test('staff lift the hold of all plugins, and a plugin lifts none of staff', async () => {
      const ask = asking({ data: ['service.write:hold:all'] })
      const id = await shop.sell()
      await ask('service.write:hold', id, 's1', { held: true, reason: 'Spam' })
      await db.run(sql`insert into service_holds (service_id, reason, note, placed_by, placed_at) values (${id}, 'staff', null, 'usr_staff', ${shop.means.business.now()})`) // prettier-ignore
      await ask('service.write:hold', id, 's2', { held: false, reason: 'Over' })
      const left = await db.all<{ reason: string }>(sql`select reason from service_holds where service_id = ${id}`) // prettier-ignore
      assert.deepEqual(
        left.map(({ reason }) => reason),
        ['staff'],
      )
      await ask('service.write:hold', id, 's3', { held: true, reason: 'Spam' })
      await releaseService(shop.means, { service_id: id, reason: 'plugin' }, staff)
      assert.match(
        String(await ask('service.write:hold', id, 's4', { held: false, reason: '' })),
        /^E_INVALID/,
      )
      assert.match(
        String(await ask('service.write:hold', id, 's5', { held: false, reason: 'Over' })),
        /^E_REFUSED/,
      )
    })

    test('the same request has the same answer and is done once; another one under its reference is refused', async () => {
      const ask = asking({ data: ['client.write:note:all', 'service.write:label:all'] })
      const first = await ask('client.write:note', 'cli_a', 'same', { body: 'One' })
      assert.deepEqual(await ask('client.write:note', 'cli_a', 'same', { body: 'One' }), first)
      for (const [scope, id, body] of [
        ['client.write:note', 'cli_a', { body: 'Two' }],
        ['client.write:note', 'cli_b', { body: 'One' }],
        ['service.write:label', await shop.sell(), { label: 'One' }],
      ] as const)
        assert.equal(
          await ask(scope, id, 'same', body),
          'E_CONFLICT The reference "same" was used for another request. Take a new one.',
        )
      const other = asking({ data: ['client.write:note:all'], instance: 'plg_b' })
      assert.notDeepEqual(await other('client.write:note', 'cli_a', 'same', { body: 'Two' }), first)
      const [notes] = await db.all<{ n: number }>(sql`select count(*) as n from client_notes where author in ('plg_a', 'plg_b') and body in ('One', 'Two')`) // prettier-ignore
      assert.equal(notes!.n, 2)
    })

    test('two at the same moment under one reference are one', async () => {
      const ask = () => asking({ data: ['client.write:note:all'] })('client.write:note', 'cli_a', 'race', { body: 'Raced' }) // prettier-ignore
      const [one, two] = await Promise.all([ask(), ask()])
      assert.deepEqual(one, two)
      const [notes] = await db.all<{ n: number }>(sql`select count(*) as n from client_notes where body = 'Raced'`) // prettier-ignore
      assert.equal(notes!.n, 1)
    })

    test('what was not granted, has no such scope, or comes in a call that only answers is denied', async () => {
      const ask = asking({ data: ['client.read:summary:all', 'client.write:note:current'] })
      const note = { body: 'x' }
      assert.equal(
        await ask('order.write:note', 'ord_1', 'd1', { note: 'x' }),
        'E_DENIED The data scope "order.write:note" is not declared.',
      )
      assert.equal(
        await ask('client.read:summary', 'cli_a', 'd2', {}),
        'E_INVALID There is no scope "client.read:summary" to write.',
      )
      const asked = asking({ data: ['client.write:note:all'], readOnly: 'a check or shape only answers' })
      assert.equal(
        await asked('client.write:note', 'cli_a', 'd3', note),
        'E_DENIED Nothing can be written in this call: a check or shape only answers.',
      )
      await db.run(sql`update plugin_instances set status = 'disabled' where id = 'plg_b'`)
      const off = asking({ data: ['client.write:note:all'], instance: 'plg_b' })
      assert.match(
        String(await off('client.write:note', 'cli_a', 'd4', note)),
        /^E_DENIED This instance was switched off/,
      )
      await db.run(sql`update plugin_instances set status = 'active' where id = 'plg_b'`)
    })

    test('reach "current" is the record of the call and its client; a brand never reaches another', async () => {
      const note = { body: 'x' }
      const none = (id: string) => `E_INVALID There is no client "${id}" that this call may write to.`
      const current = asking({
        data: ['client.write:note:current'],
        about: { records: ['inv_1', 'cli_a'], clientId: 'cli_a' },
      })
      assert.equal(
        ((await current('client.write:note', 'cli_a', 'r1', note)) as { outcome: string }).outcome,
        'done',
      )
      assert.equal(await current('client.write:note', 'cli_b', 'r2', note), none('cli_b'))
      assert.equal(await current('client.write:note', 'cli_none', 'r3', note), none('cli_none'))
      const foreign = asking({
        ...{ data: ['client.write:note:current', 'client.write:note:all'], brandId: 'brd_b' },
        about: { records: ['cli_a'], clientId: 'cli_a' },
      })
      assert.equal(await foreign('client.write:note', 'cli_a', 'r4', note), none('cli_a'))
      assert.equal(
        ((await foreign('client.write:note', 'cli_b', 'r5', note)) as { outcome: string }).outcome,
        'done',
      )
    })

    test('an instance makes so many requests within 24 hours, whatever becomes of them; a repeat is none', async () => {
      const ask = asking({ data: ['client.write:note:all'], limits: { writes: 50, writes_a_day: 2 } })
      const made = (reference: string) => ask('client.write:note', 'cli_a', reference, { body: reference })
      const first = await made('day1')
      await made('day2')
      const over = 'E_LIMIT 2 requests within 24 hours are the most. Try again later.'
      assert.equal(await made('day3'), over)
      assert.deepEqual(await made('day1'), first)
      shop.means.business.advance(1)
      assert.equal(((await made('day3')) as { outcome: string }).outcome, 'done')
    })

    test('one call asks so many times', async () => {
      const ask = asking({ data: ['client.write:note:all'], limits: { writes: 2 } })
      const made = (reference: string) => ask('client.write:note', 'cli_a', reference, { body: 'x' })
      await made('c1')
      await made('c2')
      assert.equal(await made('c3'), 'E_LIMIT Too many of "record_request" in one call.')
    })
  })
}
