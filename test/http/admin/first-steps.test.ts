import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`first steps of a new shop (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
      await world.means.db.transaction((trx) => trx.run(sql`delete from tax_rules`))
    })
    after(() => world.close())

    const page = () => world.staff.get('/admin/first-steps')
    const stateOf = async (step: string) => {
      const row = (await page()).text.split(`id="first-step-${step}"`)[1]!.split('</tr>')[0]!
      return /Done|Left out|Open/.exec(row)![0]
    }
    const post = async (path: string, form: Record<string, string> = {}) => {
      assertStatus(await page(), 200)
      return world.staff.post(`/admin/first-steps/${path}`, form)
    }

    it('say what is open and what the shop has already, whoever made it', async () => {
      assert.equal(await stateOf('tax'), 'Open')
      assert.equal(await stateOf('product'), 'Done')
      assertShows((await world.staff.get('/admin')).text, /href="\/admin\/first-steps"/)
    })

    it('are left out and taken up again', async () => {
      assertStatus(await post('tax/leave'), 303)
      assert.equal(await stateOf('tax'), 'Left out')
      assertStatus(await post('tax/take'), 303)
      assert.equal(await stateOf('tax'), 'Open')
      assertStatus(await post('nothing/leave'), 422)
    })

    it('send a mail to whoever asks, once for each time', async () => {
      assertStatus(await post('mail'), 303)
      const user = await world.means.db.get<{ email: string }>(
        sql`select u.email from users u join staff f on f.user_id = u.id order by u.id limit 1`,
      )
      const mails = world.means.jobs.of('mail.send') as unknown as {
        template: string
        to: { address: string }
      }[]
      const sent = mails.filter(({ template }) => template === 'mail-works')
      assert.deepEqual(
        sent.map(({ to }) => to.address),
        [user!.email],
      )
    })

    it('make a first product as a whole, or nothing of it', async () => {
      const count = async () =>
        (await world.means.db.get<{ n: number }>(sql`select count(*) as n from products`))!.n
      const before = await count()
      const product = {
        kind: 'vps',
        product: 'Größe "M": 50 %',
        price: '9.90',
        brand: `${world.ids.brand} EUR`,
      }
      for (const [name, value] of [
        ['kind', 'castle'],
        ['product', '***'],
        ['price', 'much'],
        ['brand', `${world.ids.brand} XXX`],
      ] as const)
        assertStatus(await post('product', { ...product, [name]: value }), 422)
      assert.equal(await count(), before)
      assertStatus(await post('product', product), 303)
      const row = await world.means.db.get<{
        name: string
        status: string
        kind: string
        amount_minor: bigint
      }>(sql`
        select p.name, p.status, p.kind, r.amount_minor from products p join prices r on r.owner_id = p.id where p.slug = 'grosse-m-50'`)
      assert.deepEqual(
        { ...row },
        { name: product.product, status: 'active', kind: 'vps', amount_minor: 990n },
      )
    })
  })
