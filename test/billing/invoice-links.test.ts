import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  checkByLink,
  createInvoiceLink,
  getInvoice,
  openLink,
  payByLink,
  revokeInvoiceLink,
  type Payments,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { systemActor, type Actor } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const eur = (minor: string) => ({ minor, currency: 'EUR' })
const guest: Actor = { ...systemActor('x'), kind: 'guest', id: 'guest' }

for (const engine of engines)
  describe(`an invoice by its secret address (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const staff = staffActor()
    const { client } = await makeBuyer(means)
    const gateway = await makeGateway(means)
    const invoice = await issue(means, draft(client))
    const tokenOf = (url: string) => url.split('/').at(-1)!
    const create = (over: object = {}) => createInvoiceLink(means, { invoice_id: invoice.id, ...over }, staff)

    test('opens the one document, keeps only a hash, and goes by mail on wish', async () => {
      const { id, url } = await create({ send: true })
      const token = tokenOf(url)
      assert.ok(token.length >= 40)
      const kept = JSON.stringify(await db.all(sql`select * from invoice_links`))
      assert.ok(!kept.includes(token))
      assert.ok(!JSON.stringify(await db.all(sql`select * from audit`)).includes(token))
      assert.equal((await openLink(means, token, systemActor('x'))).id, invoice.id)
      const row = await db.get<{ opened_at: string | null }>(
        sql`select opened_at from invoice_links where id = ${id}`,
      )
      assert.ok(row!.opened_at)
      const [mail] = means.jobs.of('mail.send').slice(-1) as { template: string; data: { url: string } }[]
      assert.deepEqual([mail!.template, mail!.data.url], ['invoice-link', url])
    })

    test('is closed when it is revoked, too old or unknown, with one and the same answer', async () => {
      const { id, url } = await create()
      await revokeInvoiceLink(means, { invoice_id: invoice.id, link_id: id }, staff)
      await revokeInvoiceLink(means, { invoice_id: invoice.id, link_id: id }, staff)
      const old = await create({ days: 1 })
      await db.run(sql`update invoice_links set expires_at = '2020-01-01T00:00:00.000Z' where id = ${old.id}`)
      for (const token of [tokenOf(url), tokenOf(old.url), 'x'.repeat(43)])
        await assert.rejects(openLink(means, token, systemActor('x')), { code: 'record.not_found' })
      const other = await issue(means, draft(client))
      await assert.rejects(revokeInvoiceLink(means, { invoice_id: other.id, link_id: old.id }, staff), {
        code: 'record.not_found',
      })
    })

    test('pays by whoever holds it, without what the client saved, and knows no other payment', async () => {
      await db.insert('gateway_customers', [
        {
          client_id: client.id,
          instance_id: gateway.id,
          reference: 'cus_1',
          created_at: means.business.now(),
        },
      ])
      const { url } = await create()
      const token = tokenOf(url)
      const payments: Payments & { plugins: ReturnType<typeof scriptedGateway> } = {
        ...means,
        plugins: scriptedGateway([
          { outcome: 'needs_client', reference: 'cs_1', url: 'https://pay.example/1' },
          { outcome: 'succeeded', reference: 'pi_1', amount: eur('1190') },
        ]),
      }
      const payment = await payByLink(
        payments,
        { token, instance_id: gateway.id, return_url: 'http://x.example/pay/t' },
        guest,
      )
      const { input } = payments.plugins.asked[0]!
      assert.deepEqual(
        [payment.status, input.customer, input.save_method],
        ['needs_client', undefined, false],
      )
      const foreign = await issue(means, draft(client))
      const strange = await createInvoiceLink(means, { invoice_id: foreign.id }, staff)
      await assert.rejects(checkByLink(payments, { token: tokenOf(strange.url), paymentId: payment.id }), {
        code: 'record.not_found',
      })
      await checkByLink(payments, { token, paymentId: payment.id })
      assert.equal((await getInvoice(db, invoice.id, staff)).status, 'paid')
      await assert.rejects(
        payByLink(payments, { token, instance_id: gateway.id, return_url: 'http://x.example' }, guest),
        { code: 'invoice.nothing_to_pay' },
      )
    })

    test('is made by staff for what is issued', async () => {
      await assert.rejects(createInvoiceLink(means, { invoice_id: invoice.id }, clientActor(client.id)), {
        code: 'actor.forbidden',
      })
      await assert.rejects(create({ days: 0 }), { code: 'input.invalid' })
      await assert.rejects(createInvoiceLink(means, { invoice_id: 'inv_none' }, staff), {
        code: 'record.not_found',
      })
    })
  })
