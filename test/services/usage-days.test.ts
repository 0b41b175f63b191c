import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { collectUsage, servicesJobs, startCollecting, usageDays } from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { lostAnswer, openShop, seed, type Shop } from './fixture.ts'

const reportOf = (value: number) => ({
  available: true,
  metrics: [{ key: 'disk', label: 'Disk', value, unit: 'bytes' }],
})

for (const engine of engines)
  describe(`what services use, day by day, on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    let shop: Shop
    beforeEach(async () => {
      await db.run(sql`delete from service_usage_days`)
      await db.run(sql`delete from service_usage`)
      await db.run(sql`update services set delivery_status = 'gone'`)
      shop = openShop(db)
    })

    const live = async () => {
      const id = await shop.sell()
      await db.run(sql`
        update services set delivery_status = 'live', instance_id = 'plg_a', server_id = 'srv_1', remote_id = 'r1' where id = ${id}`)
      return id
    }
    /** The jobs that were entered since, one after the other. */
    let done = 0
    const work = async () => {
      const jobs = servicesJobs(shop.means)
      const entered = () => shop.means.jobs.of('services.collect_usage')
      for (done = 0; done < entered().length; done++)
        await jobs['services.collect_usage']!(entered()[done] as never, {} as never)
      return done
    }
    const kept = async (id: string) =>
      (await usageDays(db, id, 10)).map(({ day, report }) => [day, report.metrics[0]!.value])

    test('is read once a day from every live service, and kept by its day', async () => {
      const id = await live()
      shop.plugins.script('usage', reportOf(10), reportOf(20))
      await startCollecting(shop.means)
      await work()
      const today = shop.means.business.today('UTC')
      assert.deepEqual(await kept(id), [[today, 10]])
      await collectUsage(shop.means, { day: today, after: '' })
      assert.equal(shop.plugins.log(), 'usage', 'a round that is repeated asks nobody twice')
      shop.means.business.advance(1)
      await collectUsage(shop.means, { day: 'next', after: '' })
      assert.deepEqual(await kept(id), [
        [shop.means.business.today('UTC'), 20],
        [today, 10],
      ])
    })

    test('reaches all services in jobs of a few, and passes over those that do not answer', async () => {
      const ids: string[] = []
      for (let i = 0; i < 12; i++) ids.push(await live())
      const ended = await live()
      await db.run(sql`update services set delivery_status = 'suspended' where id = ${ended}`)
      const idle = { available: false, metrics: [] }
      shop.plugins.script('usage', lostAnswer(), idle, ...ids.slice(2).map((_, i) => reportOf(i)))
      await startCollecting(shop.means)
      assert.equal(await work(), 2)
      const counts = await Promise.all(ids.map(async (id) => (await kept(id)).length))
      assert.deepEqual(counts, [0, 0, ...Array<number>(10).fill(1)])
      assert.deepEqual(await kept(ended), [])
    })

    test('is forgotten after so many months', async () => {
      const id = await live()
      const row = (day: string) => ({ service_id: id, day, report: '{}', read_at: `${day}T00:00:00.000Z` })
      shop.means.business.set('2026-03-15T10:00:00.000Z')
      await db.insert('service_usage_days', [row('2025-02-14'), row('2025-02-15'), row('2026-03-14')])
      assert.equal(await startCollecting(shop.means), 1)
      const left = await db.all<{ day: string }>(sql`select day from service_usage_days order by day`)
      assert.deepEqual(
        left.map(({ day }) => day),
        ['2025-02-15', '2026-03-14'],
      )
    })
  })
