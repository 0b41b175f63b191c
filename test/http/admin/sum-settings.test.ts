import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

const AT = '/admin/settings/credit'
const least = (eur: string, other: string) => ({
  drawn: 'billing.deposit_minimum',
  'values[billing__deposit_minimum.EUR]': eur,
  'values[billing__deposit_minimum.IDR]': other,
  'values[billing__deposit_minimum.USD]': other,
})

for (const engine of engines)
  describe(`sums by currency on the page of settings (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
    })
    after(() => world.close())
    const send = async (fields: Record<string, string>) => {
      assertStatus(await world.staff.get(AT), 200)
      return world.staff.post(AT, fields)
    }
    const kept = async () =>
      (
        await world.means.db.get<{ value: string }>(
          sql`select value from settings where key = 'billing.deposit_minimum'`,
        )
      )?.value

    it('have a row for each currency that is sold in', async () => {
      const { text } = await world.staff.get(AT)
      const rows = [...text.matchAll(/name="values\[billing__deposit_minimum\.([A-Z]{3})\]"/g)]
      assert.deepEqual(
        rows.map(([, currency]) => currency),
        ['EUR', 'IDR', 'USD'],
      )
      assertShows(text, /An empty currency has no least/)
    })

    it('are refused by their currency, and what was typed stays', async () => {
      const wrong = await send(least('5.005', '6'))
      assertStatus(wrong, 422)
      assertShows(wrong.text, /takes no more than 2 decimals in EUR/)
      assert.match(wrong.text, /value="5\.005"/)
      assert.equal(await kept(), undefined)
    })

    it('say which currencies were left out, until they have a sum or 0', async () => {
      assertStatus(await send(least('5,50', '')), 303)
      assert.equal(await kept(), '{"EUR":"5,50"}')
      assertShows((await world.staff.get(AT)).text, /No sum for IDR, USD\./)
      assertStatus(await send(least('5', '0')), 303)
      assert.doesNotMatch((await world.staff.get(AT)).text, /least\. [^.]*No sum for IDR, USD/)
      assert.equal(await kept(), '{"EUR":"5","IDR":"0","USD":"0"}')
    })
  })
