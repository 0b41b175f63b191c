import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { instant } from '../../core/kernel/index.ts'
import { listServers, servicesJobs, startChecking } from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { lostAnswer, openShop, seed, staff, type Shop } from './fixture.ts'

const good = { status: 'good', checks: [] }
const MINUTE = 60_000
const report = (accounts: { used: number; limit: number | null }, memory = { used: 1, limit: 8 }) => ({
  accounts,
  resources: [
    { key: 'memory', unit: 'bytes', ...memory },
    { key: 'load', unit: 'percent', used: 120, limit: 100 },
  ],
})

for (const engine of engines)
  describe(`how much room servers have, on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    let shop: Shop
    beforeEach(async () => {
      await db.run(sql`delete from deliveries`)
      await db.run(sql`delete from services`)
      await db.run(
        sql`update servers set capacity = null, told_capacity = null, told_free = null, told_at = null`,
      )
      shop = openShop(db)
      shop.plugins.script('server_health', good)
    })

    const check = async (...answers: (object | Error)[]) => {
      for (const answer of answers) {
        shop.plugins.script('capacity', answer)
        await startChecking(shop.means)
        const entered = shop.means.jobs.of('services.check_servers')
        await servicesJobs(shop.means)['services.check_servers']!(entered.at(-1) as never, {} as never)
      }
    }
    const pass = (minutes: number) =>
      shop.means.business.set(instant(Date.parse(shop.means.business.now()) + minutes * MINUTE))
    const told = async () => {
      const { servers } = await listServers(shop.means, {}, staff)
      return servers.find(({ id }) => id === 'srv_1')!.told_free
    }

    test('is asked with the health of the server, and kept', async () => {
      await check(report({ used: 3, limit: 5 }))
      assert.deepEqual(
        shop.plugins.calls.map(({ operation, input }) => `${operation} ${input.server.id}`).sort(),
        ['capacity srv_1', 'capacity srv_2', 'server_health srv_1', 'server_health srv_2'],
      )
      assert.equal(await told(), 2)
    })

    test('is none where accounts or a resource are used up, and a load of the moment is none of it', async () => {
      await check(report({ used: 6, limit: 5 }))
      assert.equal(await told(), 0)
      await check(report({ used: 1, limit: null }))
      assert.equal(await told(), null)
      await check(report({ used: 1, limit: null }, { used: 8, limit: 8 }))
      assert.equal(await told(), 0)
    })

    test('is not asked of a server that does not answer', async () => {
      shop.plugins.script('server_health', lostAnswer())
      await check(report({ used: 1, limit: 5 }))
      assert.equal(shop.plugins.log(), 'server_health server_health')
    })

    test('holds while an answer is lost, and for two hours', async () => {
      await check(report({ used: 5, limit: 5 }))
      pass(115)
      await check(lostAnswer())
      assert.equal(await told(), 0)
      pass(10)
      await check(lostAnswer())
      assert.equal(await told(), null)
    })

    test('decides with the places of staff where a service goes, and who comes after the answer counts', async () => {
      await check(report({ used: 4, limit: 5 }))
      const [first, second, third] = [await shop.sold(), await shop.sold(), await shop.sold()]
      const serverOf = async (id: string) => (await shop.service(id)).server_id
      assert.deepEqual(
        [await serverOf(first), await serverOf(second), await serverOf(third)],
        ['srv_1', 'srv_1', 'srv_1'],
      )
      pass(5)
      await check(report({ used: 4, limit: 5 }))
      pass(1)
      const [fourth, fifth, sixth] = [await shop.sold(), await shop.sold(), await shop.sold()]
      assert.deepEqual(
        [await serverOf(fourth), await serverOf(fifth), await serverOf(sixth)],
        ['srv_1', 'srv_2', null],
      )
    })
  })
