import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { OTHER_ADDRESSES } from '../../../core/http/chain/other-addresses.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { keptCounter } from './open-route.ts'
import { openRouteShop, type RouteShop } from './shop.ts'

for (const engine of engines)
  describe(`addresses without a page of their own (${engine})`, () => {
    let database: TestDatabase
    let shop: RouteShop
    before(async () => {
      const counter = keptCounter()
      database = await makeDatabase(engine, counter.meter)
      shop = await openRouteShop(database.db, counter)
    })
    after(async () => {
      await shop.close()
      await database.remove()
    })

    const idFor = (address: string): string => {
      const { service, client, plugin } = shop.rows
      if (address.startsWith('/portal/services/')) return service
      return address.startsWith('/admin/clients/') ? client : plugin
    }
    const readerOf = (address: string) => shop.browsers[address.startsWith('/admin') ? 'staff' : 'client']

    for (const [address, target] of Object.entries(OTHER_ADDRESSES))
      it(`${address} leads to ${target}`, async () => {
        const [from, to] = [address, target].map((one) => one.replace(':id', idFor(address))) as [
          string,
          string,
        ]
        const led = await readerOf(address).get(from)
        assert.deepEqual([led.status, led.location], [303, to])
        const [page, part] = to.split('#')
        const shown = await readerOf(address).get(page!)
        assert.equal(shown.status, 200, page)
        if (part) assert.match(shown.text, new RegExp(` id="${part}"`))
      })

    it('are for those who are signed in, and for reading alone', async () => {
      const { client, service } = shop.rows
      const { guest, staff } = shop.browsers
      for (const address of [`/admin/clients/${client}/invoices`, `/portal/services/${service}/billing`])
        assert.match((await guest.get(address)).location ?? '', /sign-in/)
      assert.equal((await staff.post(`/admin/clients/${client}/invoices`, {})).status, 404)
      assert.equal((await staff.get(`/admin/clients/${client}/boats`)).status, 404)
    })
  })
