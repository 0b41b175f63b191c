import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openAccount, suspendClient, type Client } from '../../core/clients/index.ts'
import { sql } from '../../core/db/index.ts'
import { startSession } from '../../core/identity/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { clientActor, makeBrand, makeClient, makeMembership, makeUser, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'

for (const engine of engines) {
  describe(`a second account in another currency on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
    })
    after(() => database.remove())

    /** A user who owns one account in EUR, signed in and acting for it. */
    const owner = async (rights: string[] = ['*']) => {
      const brand = await makeBrand(means, {
        currency: 'EUR',
        currencies: JSON.stringify(['EUR', 'USD', 'IDR']),
      })
      const client = await makeClient(means, { brand_id: brand.id, currency: 'EUR', company: 'Moor GmbH' })
      const user = await makeUser(means, { realm_id: brand.realm_id })
      await makeMembership(means, { client_id: client.id, user_id: user.id, rights })
      const facts = {
        userId: user.id,
        realmKind: 'clients',
        address: '127.0.0.1',
        agent: 'test',
        confirmed: true,
      } as const
      const { session } = await database.db.transaction((trx) => startSession(means, trx, facts))
      const actor = { ...clientActor(client.id, { rights }), id: user.id, sessionId: session.id }
      return { brand, client, user, session, actor }
    }
    const ownedBy = (userId: string) =>
      database.db.all<Client & { owner: number }>(sql`
        select c.*, m.owner from clients c join memberships m on m.client_id = c.id
        where m.user_id = ${userId} order by c.created_at, c.id`)

    test('has the same person and address, nothing that staff decided, and is acted for at once', async () => {
      const { client, user, session, actor } = await owner()
      await database.db.run(sql`update clients set tax_exempt = 1, late_fees = 0 where id = ${client.id}`)
      const opened = await openAccount(means, { client_id: client.id, currency: 'USD' }, actor)
      assert.equal(opened.currency, 'USD')
      for (const field of ['name', 'company', 'email', 'address_1', 'city', 'country', 'brand_id'] as const)
        assert.equal(opened[field], client[field], field)
      assert.deepEqual([opened.tax_exempt, opened.late_fees, opened.currency_fixed], [0, 1, 0])
      const owned = await ownedBy(user.id)
      assert.deepEqual(owned.map((row) => [row.currency, row.owner]).sort(), [
        ['EUR', 1],
        ['USD', 1],
      ])
      const row = await database.db.get<{ client_id: string }>(
        sql`select client_id from sessions where id = ${session.id}`,
      )
      assert.equal(row!.client_id, opened.id)
    })

    test('is opened once for each currency of the brand, also from two windows', async () => {
      const { client, user, actor } = await owner()
      const open = (currency: string) => openAccount(means, { client_id: client.id, currency }, actor)
      await assert.rejects(open('EUR'), { code: 'client.currency_taken' })
      await assert.rejects(open('CHF'), { fields: { currency: 'must be one of EUR, USD, IDR' } })
      const outcomes = await Promise.allSettled([open('USD'), open('USD'), open('USD')])
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
      assert.equal((await ownedBy(user.id)).length, 2)
    })

    test('is not opened by helpers, from a suspended account, or from that of somebody else', async () => {
      const helper = await owner(['invoice.read'])
      const wanted = { client_id: helper.client.id, currency: 'USD' }
      await assert.rejects(openAccount(means, wanted, helper.actor), { status: 403 })
      const { client, actor } = await owner()
      await assert.rejects(openAccount(means, wanted, actor), { status: 404 })
      await assert.rejects(openAccount(means, wanted, staffActor()), { status: 403 })
      await suspendClient(means, { client_id: client.id, reason: 'chargebacks' }, staffActor())
      await assert.rejects(openAccount(means, { client_id: client.id, currency: 'USD' }, actor), {
        code: 'client.not_active',
      })
    })
  })
}
