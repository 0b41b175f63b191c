import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createProduct, linkAddon, publishProduct, setPrice } from '../../../core/catalog/index.ts'
import { sql } from '../../../core/db/index.ts'
import type { ServiceRow } from '../../../core/services/index.ts'
import { engines } from '../../support/databases.ts'
import { staffActor } from '../../support/make.ts'
import type { Reply, WebBrowser } from '../../support/web.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`renewal days, extras and pauses by staff (${engine})`, () => {
    let world: AdminWorld
    let staff: WebBrowser
    let at: string
    let addonId: string
    before(async () => {
      world = await openAdmin(engine)
      staff = world.staff
      const { means, ids } = world
      at = `/admin/services/${ids.service}`
      await means.db.run(sql`
        update services set billing_status = 'active', anchor_on = '2026-01-15', period_index = 1,
          next_period_on = '2026-02-15', charged_through = '2026-02-15' where id = ${ids.service}`)
      const base = { group_id: ids.group, slug: 'address', kind: 'addon', name: 'Extra address' }
      addonId = await createProduct(means, base, staffActor())
      await setPrice(means, { owner_id: addonId, cycle: '1m', currency: 'EUR', amount: '3.10' }, staffActor())
      await publishProduct(means, { id: addonId }, staffActor())
      await linkAddon(means, { product_id: ids.product, addon_id: addonId, position: 1 }, staffActor())
    })
    after(() => world.close())

    const service = async () =>
      (await world.means.db.get<ServiceRow>(sql`select * from services where id = ${world.ids.service}`))!
    const send = async (page: string, action: string, fields: Record<string, string> = {}) => {
      assertStatus(await staff.get(page), 200)
      return staff.post(action, fields)
    }
    const follow = async (reply: Reply): Promise<string> => {
      assertStatus(reply, 303)
      return (await staff.get(reply.location!)).text.replace(/\s+/g, ' ')
    }

    const confirmations = () =>
      world.means.jobs
        .of('mail.send')
        .filter((mail) => (mail as { template: string }).template === 'order-received')

    it('shows what a moved renewal costs, asks for a reason, and leads to the invoice', async () => {
      const page = await staff.get(`${at}/renewal?to_on=2026-03-01&effect=charge`)
      assertStatus(page, 200)
      // 14 of the 28 days of February, of 8.90.
      assertShows(page.text.replace(/\s+/g, ' '), /Days 14 · Of so many 28/)
      assertShows(page.text, /€4\.45/)
      assert.equal((await service()).next_period_on, '2026-02-15')
      const wish = { to_on: '2026-03-01', effect: 'charge' }
      assertStatus(await send(`${at}/renewal`, `${at}/renewal`, { ...wish, reason: '' }), 422)
      const text = await follow(await send(`${at}/renewal`, `${at}/renewal`, { ...wish, reason: 'Asked' }))
      assertShows(text, /The renewal was moved/)
      assertShows(text, /€4\.45/)
      assert.equal((await service()).next_period_on, '2026-03-01')
      const past = await send(`${at}/renewal`, `${at}/renewal`, { ...wish, to_on: '2026-01-01', reason: 'x' })
      assertStatus(past, 422)
      assertShows(past.text, /must not lie in the past/)
    })

    it('lines all services of a client up with one day', async () => {
      const page = `/admin/clients/${world.ids.client}/renewals`
      const preview = await staff.get(`${page}?day=10`)
      assertStatus(preview, 200)
      assertShows(preview.text, /€2\.86/)
      // 9 of 28 days of 8.90.
      assertShows(preview.text.replace(/\s+/g, ' '), /Days 9 · Of so many 28/)
      assertShows(await follow(await send(page, page, { day: '10' })), /One service was aligned/)
      assert.equal((await service()).next_period_on, '2026-03-10')
      assertStatus(await send(page, page, { day: '31' }), 422)
      assertShows((await staff.get(page)).text, /It is the 10\. now/)
    })

    it('adds an extra to a running service, on its days', async () => {
      const page = `${at}/extras?product=${addonId}&cycle=&quantity=2`
      const { text: preview } = await staff.get(page)
      assertShows(preview, /€6\.20/)
      assertShows(preview, /Confirm the order to the client by mail/)
      const known = confirmations().length
      const text = await follow(
        await send(page, `${at}/extras`, { product: addonId, cycle: '', quantity: '2' }),
      )
      assertShows(text, /It was added/)
      assert.equal(confirmations().length, known)
      const part = await world.means.db.get<ServiceRow>(
        sql`select * from services where parent_id = ${world.ids.service}`,
      )
      assert.deepEqual([part?.quantity, part?.next_period_on], [2, '2026-03-10'])
      const told = { product: addonId, cycle: '', quantity: '1', confirm: 'on' }
      assertShows(await follow(await send(page, `${at}/extras`, told)), /It was added/)
      assert.equal(confirmations().length, known + 1)
      assertStatus(await send(page, `${at}/extras`, { product: addonId, cycle: '', quantity: '0' }), 422)
    })

    it('keeps terms of one product and one client, all of a form or none', async () => {
      const of = (path: string) => `/admin/${path}/settings`
      const read = (scope: string) =>
        world.means.db.all<{ key: string; value: string }>(
          sql`select key, value from settings where scope = ${scope} and key <> 'billing.anchor_day' order by key`,
        )
      const product = of(`catalog/products/${world.ids.product}`)
      const page = await staff.get(product)
      assertStatus(page, 200)
      assertShows(page.text, /Parts of a period/)
      const own = { 'values[own.services__proration]': 'on', 'values[services__proration]': 'second' }
      const both = { ...own, 'values[own.billing__lead_days]': 'on', 'values[billing__lead_days]': '99' }
      assertStatus(await send(product, product, both), 422)
      assert.deepEqual(await read('product'), [])
      assertStatus(await send(product, product, { ...both, 'values[billing__lead_days]': '9' }), 303)
      const rows = (await read('product')).map(({ key, value }) => `${key} ${value}`)
      assert.deepEqual(rows, ['billing.lead_days 9', 'services.proration "second"'])
      assertStatus(await send(product, product, own), 303)
      assert.equal((await read('product')).length, 1)
      const client = of(`clients/${world.ids.client}`)
      const monthly = {
        'values[own.billing__monthly_invoice]': 'on',
        'values[billing__monthly_invoice]': 'on',
      }
      assertStatus(await send(client, client, monthly), 303)
      assert.deepEqual(
        (await read('client')).map(({ key, value }) => `${key} ${value}`),
        ['billing.monthly_invoice true'],
      )
      assertStatus(await staff.get(of(`clients/${world.means.newId('cli')}`)), 404)
    })

    it('pauses a service and lets it go on', async () => {
      assertShows(await follow(await send(at, `${at}/pause`)), /Client|Resume/)
      assertShows(await follow(await send(at, `${at}/resume`)), /It is being started again/)
    })

    it('is for those who may', async () => {
      const reader = await world.signedIn(['service.read', 'client.read'])
      for (const path of [`${at}/renewal`, `${at}/extras`, `/admin/clients/${world.ids.client}/renewals`])
        assertStatus(await reader.get(path), 403)
      assertStatus(await reader.post(`${at}/renewal`, { to_on: '2026-04-01', reason: 'x' }), 403)
      assertStatus(await staff.get(`/admin/services/${world.means.newId('svc')}/renewal`), 404)
    })
  })
