import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { clientActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { startWeb, type Web } from '../support/web.ts'
import { assertShape, keeperOf, keyOf, refusal, type Ask } from './api-keys.ts'
import { makeFirstRows, type FirstRows } from './routes/first-rows.ts'

for (const engine of engines)
  describe(`people, mails and the audit log over the API (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let rows: FirstRows
    let staff: Ask
    let client: Ask
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-01-15T10:00:00.000Z' })
      rows = await makeFirstRows(means)
      web = await startWeb(means)
      staff = await keyOf({ means, web }, await keeperOf(means))
      client = await keyOf({ means, web }, clientActor(rows.client, { id: rows.user }))
    })
    after(async () => {
      await web.close()
      await database.remove()
    })

    it('lists who acts for a client and what it pays with, to staff and to the client', async () => {
      for (const [list, shape] of [
        ['members', 'Member'],
        ['contacts', 'Contact'],
        ['invitations', 'Invitation'],
        ['payment-methods', 'PaymentMethod'],
      ] as const)
        for (const ask of [staff, client]) {
          const { status, body } = await ask(`/clients/${rows.client}/${list}`)
          assert.equal(status, 200, JSON.stringify(body))
          assert.ok(body.items.length > 0, list)
          for (const item of body.items) assertShape(shape, item)
          const other = await client(`/clients/${rows.otherClient}/${list}`)
          assert.deepEqual(refusal(other), [404, 'record.not_found'])
        }
    })

    it('keeps from keys what a method is charged with, and what opens an invitation', async () => {
      const stored = await means.db.get<{ reference: string; token_hash: string }>(sql`
        select m.reference, i.token_hash from payment_methods m, membership_invites i
        where m.id = ${rows.method} and i.id = ${rows.invitation}`)
      const methods = await staff(`/clients/${rows.client}/payment-methods`)
      const invitations = await staff(`/clients/${rows.client}/invitations`)
      const told = JSON.stringify([methods.body, invitations.body])
      for (const secret of Object.values(stored!)) assert.ok(!told.includes(secret))
    })

    it('tells whose a key is and what it may do, no more than its scopes', async () => {
      const own = (await client('/me')).body
      assertShape('Caller', own)
      assert.deepEqual(
        [own.id, own.kind, own.grants],
        [rows.user, 'client', [{ client_id: rows.client, service_id: null, rights: ['*'] }]],
      )
      const narrow = await keyOf({ means, web }, await keeperOf(means), ['audit.list'])
      const keeper = (await narrow('/me')).body
      assertShape('Caller', keeper)
      assert.deepEqual([keeper.kind, keeper.permissions], ['staff', ['audit.list']])
    })

    it('lists and reads users without what they sign in with', async () => {
      const { body } = await staff(`/users?q=${rows.user}`)
      assert.deepEqual(
        body.items.map(({ id }) => id),
        [rows.user],
      )
      assertShape('User', body.items[0]!)
      const one = await staff(`/users/${rows.user}`)
      assert.deepEqual(one.body, body.items[0])
      assert.ok(!('password_hash' in one.body))
      assert.deepEqual(refusal(await client('/users')), [403, 'actor.forbidden'])
      assert.deepEqual(refusal(await staff(`/users/${means.newId('usr')}`)), [404, 'record.not_found'])
    })

    it('lists mails and reads one', async () => {
      const first = await staff('/messages?limit=1')
      assert.equal(first.body.items.length, 1)
      assertShape('Message', first.body.items[0]!)
      const one = await staff(`/messages/${rows.message}`)
      assertShape('MessageDetail', one.body)
      assert.ok(!('sealed_url' in one.body))
      assert.deepEqual(refusal(await client('/messages')), [403, 'actor.forbidden'])
    })

    it('lists the audit log in pages, by act and record, and reads one entry', async () => {
      const first = await staff('/audit?limit=1')
      assertShape('AuditEntry', first.body.items[0]!)
      const second = await staff(`/audit?limit=1&after=${String(first.body.next)}`)
      assert.ok(String(second.body.items[0]!.id) < String(first.body.items[0]!.id))
      const one = (await staff(`/audit/${rows.audit}`)).body
      assertShape('AuditEntry', one)
      const same = await staff(`/audit?action=${String(one.action)}&subject=${String(one.subject)}`)
      assert.ok(same.body.items.some(({ id }) => id === rows.audit))
      assert.deepEqual(refusal(await client('/audit')), [403, 'actor.forbidden'])
    })
  })
