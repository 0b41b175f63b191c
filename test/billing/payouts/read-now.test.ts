import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { READ_TASK, readGatewayMoney, readGatewaysNow } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { engines, makeDatabase } from '../../support/databases.ts'
import { makeBrand, staffActor } from '../../support/make.ts'
import { testMeans } from '../../support/means.ts'
import { makeGateway } from '../support.ts'
import { toldBy } from './support.ts'

for (const engine of engines)
  describe(`gateways that staff have read (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const [first, second] = [await makeBrand(means), await makeBrand(means)]
    const gateways: string[] = []
    for (const brand of [null, first.id, second.id]) {
      const { id } = await makeGateway(means, ['balances'])
      await db.run(sql`update plugin_instances set brand_id = ${brand} where id = ${id}`)
      gateways.push(id)
    }

    const readBy = async (brandIds: 'all' | readonly string[]) => {
      await db.run(sql`delete from gateway_readings`)
      await readGatewaysNow(means, {}, { ...staffActor(), brandIds })
      const [job] = means.jobs.of(READ_TASK).slice(-1) as [{ brandIds: string[] | null }]
      const plugins = toldBy({ balances: () => ({ balances: [] }) })
      await readGatewayMoney({ ...means, plugins }, { brandIds: job.brandIds })
      const rows = await db.all<{ instance_id: string }>(sql`select instance_id from gateway_readings`)
      return rows.map(({ instance_id }) => gateways.indexOf(instance_id)).sort()
    }

    test('are those of their own brands; one of all brands is read for the brand that books its money', async () => {
      assert.deepEqual(await readBy('all'), [0, 1, 2])
      const booking = [first.id, second.id].sort()[0]!
      for (const [place, brand] of [first, second].entries())
        assert.deepEqual(await readBy([brand.id]), brand.id === booking ? [0, place + 1] : [place + 1])
    })
  })
