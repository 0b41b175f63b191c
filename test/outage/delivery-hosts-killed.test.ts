import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from '../../core/db/index.ts'
import { pluginCalls } from '../../core/plugins/index.ts'
import { endServices } from '../../core/services/index.ts'
import { openLoopback } from '../plugins/support/loopback.ts'
import { loadWritten, openBench } from '../plugins/support/setup.ts'
import { openShop, seed, system, type Shop } from '../services/fixture.ts'
import { engines, makeDatabase } from '../support/databases.ts'

const SERVICES = 8
const PANEL_MS = 40

/** Makes and removes without looking first, so that every blind repeat is seen. */
const PROVISIONER = `
const ask = async (method, id) => (await fetch('https://panel.example.com/' + id, { method })).json()
const outcome = ({ box }) => ({ outcome: 'done', ...(box ? { remote_id: box } : {}) })
export default { provisioner: () => ({
  async create({ service }) { return outcome(await ask('POST', service.external_id)) },
  async terminate({ service }) { return outcome(await ask('DELETE', service.external_id)) },
  async describe({ service }) {
    const { box } = await ask('GET', service.external_id)
    return box ? { state: 'live', remote_id: box } : { state: 'absent' }
  },
}) }`

for (const engine of engines) {
  describe(`plugin hosts killed while services are delivered (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    await seed(db)
    const boxes = new Map<string, string>()
    const acts: string[] = []
    /** While it stands, the panel has acted and does not answer. */
    let held: PromiseWithResolvers<void> | undefined
    const panel = await openLoopback(({ method, url = '' }, response) => {
      if (method !== 'GET') acts.push(`${method} ${url}`)
      if (method === 'POST') boxes.set(url, `box_${acts.length}`)
      const box = boxes.get(url)
      if (method === 'DELETE') boxes.delete(url)
      void (held?.promise ?? wait(PANEL_MS)).then(() => response.end(JSON.stringify(box ? { box } : {})))
    })
    after(async () => {
      panel.close()
      await remove()
    })
    const loaded = await loadWritten('boxing', {
      code: PROVISIONER,
      manifest: {
        kinds: { provisioner: ['create', 'terminate', 'describe'] },
        permissions: { network: [{ host: 'panel.example.com' }] },
      },
    })

    /** Does the work that is due with a host of its own, which is killed at a moment of it. */
    const workKilled = async (shop: Shop, bench: ReturnType<typeof openBench>, moment: number | 'acting') => {
      const before = acts.length
      held = moment === 'acting' ? Promise.withResolvers() : undefined
      const killed = (async () => {
        while ((await bench.plugins.health()).hosts.length === 0) await wait(1)
        if (moment === 'acting') while (acts.length === before) await wait(1)
        else await wait(moment)
        for (const { pid } of (await bench.plugins.health()).hosts)
          if (pid !== undefined) process.kill(pid, 'SIGKILL')
        held?.resolve()
        held = undefined
      })()
      await shop.work(120)
      await killed
    }

    test('each service is made once and removed once, and what is unknown is looked at first', async () => {
      const ways: string[] = []
      const houses: { close(): void }[] = []
      const opened = () => {
        const bench = openBench({ outbound: { 'panel.example.com': panel.origin } })
        houses.push({ close: () => bench.plugins.stop() })
        const calls = pluginCalls({
          ...{ db, keys: openShop(db).means.keys, plugins: () => bench.plugins },
          loaded: { find: () => Promise.resolve(loaded) },
        })
        return { bench, shop: openShop(db, calls) }
      }
      try {
        for (let n = 0; n < SERVICES; n++) {
          const moment = () => (n % 2 === 0 ? 'acting' : Math.floor(Math.random() * 150))
          const making = opened()
          const id = await making.shop.sold()
          await workKilled(making.shop, making.bench, moment())
          assert.equal((await making.shop.service(id)).delivery_status, 'live', ways.join('\n'))
          assert.equal(boxes.size, 1)
          const ending = opened()
          const { means } = ending.shop
          await db.transaction((trx) => endServices(means, trx, { serviceIds: [id], reason: 'test' }, system))
          await workKilled(ending.shop, ending.bench, moment())
          assert.equal((await ending.shop.service(id)).delivery_status, 'gone', ways.join('\n'))
          const calls = await db.all<{ operation: string; outcome: string }>(sql`
            select c.operation, c.outcome from delivery_calls c join deliveries d on d.id = c.delivery_id
            where d.service_id = ${id} order by c.operation, c.outcome`)
          ways.push(calls.map(({ operation, outcome }) => `${operation}: ${outcome}`).join(', '))
        }
      } finally {
        for (const house of houses) house.close()
      }
      const why = ways.join('\n')
      assert.equal(acts.filter((act) => act.startsWith('POST')).length, SERVICES, why)
      assert.equal(acts.filter((act) => act.startsWith('DELETE')).length, SERVICES, why)
      assert.equal(boxes.size, 0, why)
      const lost = [
        'create: plugin.host_lost',
        'describe: absent',
        'describe: live',
        'terminate: plugin.host_lost',
      ]
      for (let n = 0; n < SERVICES; n += 2) assert.equal(ways[n], lost.join(', '))
    })
  })
}
