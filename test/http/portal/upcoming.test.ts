import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { makeMembership, makeUser } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { startWeb, type Web } from '../../support/web.ts'
import { makeFullPortal } from './full-shop.ts'
import { signedIn, textOf } from './shop.ts'

for (const engine of engines)
  describe(`coming renewals (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let portal: Awaited<ReturnType<typeof makeFullPortal>>
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      portal = await makeFullPortal(means)
      web = await startWeb(means)
    })
    after(async () => {
      await web.close()
      await database.remove()
    })

    /** One more service like the first. */
    const further = async (change: Record<string, string | bigint | null>) => {
      const first = await means.db.get<Record<string, string>>(
        sql`select * from services where id = ${portal.serviceId}`,
      )
      await means.db.insert('services', [{ ...first, id: means.newId('svc'), ...change } as never])
    }
    const upcoming = async (user = portal.user) =>
      textOf((await (await signedIn(web, user)).get('/portal/invoices/upcoming')).text)

    test('of several services stand by the days on which they are invoiced, with tax and sums', async () => {
      // Beside the month of the first: one on the same day, a year in March, one that ends, and one of somebody else.
      await further({ label: 'second.example', recurring_minor: 1_000n, amount_minor: 1_000n })
      await further({
        ...{ label: 'yearly.example', cycle: '1y', recurring_minor: 12_000n, amount_minor: 12_000n },
        ...{ anchor_on: '2025-03-10', next_period_on: '2026-03-10', charged_through: '2026-03-10' },
      })
      await further({ label: 'leaving.example', billing_status: 'ending', cancel_on: '2026-02-01' })
      await further({ label: 'foreign.example', client_id: portal.foreign.id, amount_minor: 77_700n })
      const text = await upcoming()
      const day = (on: string, charges: string, issued: string) =>
        `${on} ${charges} The invoice comes on ${issued}.`
      const months =
        'Shared hosting S – quay.example €5.99 Shared hosting S – second.example €10.00 Tax €3.04 Total €19.03'
      const year = 'Shared hosting S – yearly.example €120.00 Tax €22.80 Total €142.80'
      const days = [
        day('1 February 2026', months, '25 Jan 2026'),
        day('1 March 2026', months, '22 Feb 2026'),
        day('10 March 2026', year, '3 Mar 2026'),
        day('1 April 2026', months, '25 Mar 2026'),
      ]
      assert.ok(text.includes(`${days.join(' ')} All together in the next 90 days €199.89`), text)
      for (const other of ['leaving.example', 'foreign.example']) assert.ok(!text.includes(other), other)
    })

    test('are those of the client that one acts for, and are refused without the right', async () => {
      const reader = async (rights: readonly string[]) => {
        const user = await makeUser(means, { realm_id: portal.brand.realm_id })
        await makeMembership(means, { client_id: portal.foreign.id, user_id: user.id, rights })
        return signedIn(web, user)
      }
      const { status, text } = await (await reader(['invoice.*'])).get('/portal/invoices/upcoming')
      assert.equal(status, 200)
      assert.match(textOf(text), /foreign\.example €777\.00/)
      assert.ok(!text.includes('second.example'))
      const other = await reader(['service.*'])
      assert.equal((await other.get('/portal/invoices/upcoming')).status, 403)
      const home = await other.get('/portal')
      assert.equal(home.status, 200)
      assert.ok(!home.text.includes('€777.00'))
    })
  })
