import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { orderDeps } from '../../core/app/wire/orders-area.ts'
import { billDay, recordPayment, verifyBooks } from '../../core/billing/index.ts'
import {
  copyProduct,
  createProduct,
  loadProduct,
  publishProduct,
  readProducts,
  setPrice,
} from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import type { StoredEvent } from '../../core/events/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { orderConsumers, placeOrder } from '../../core/orders/index.ts'
import {
  listServices,
  markDelivered,
  serviceConsumers,
  showService,
  type ServiceRow,
} from '../../core/services/index.ts'
import { scriptedGateway } from '../billing/support.ts'
import { makeGroup } from '../catalog/make-product.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient, makeStaff, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

const staff = staffActor()

/** What each kind asks, what a buyer answers, what is refused, and what the service is called. */
const SALES = [
  ['shared_hosting', 'domain', 'Example.ORG.', 'example.org', 'localhost', 'is not a domain name'],
  ['reseller_hosting', 'domain', 'müller.de', 'xn--mller-kva.de', '-a.de', 'is not a domain name'],
  ['vps', 'hostname', 'web1', 'web1', 'web_1', 'is not a host name'],
  ['dedicated_server', 'hostname', 'db.example.org', 'db.example.org', '192.0.2.7', 'is not a host name'],
  ['domain', 'domain', 'fresh.example', 'fresh.example', 'a..example', 'is not a domain name'],
  ['certificate', 'common_name', '*.example.org', '*.example.org', '*', 'is not a name for a certificate'],
  ['game_server', null],
  ['saas', null],
  ['other', null],
] as const

for (const engine of engines)
  describe(`kinds of products on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T10:00:00.000Z' })
    const deps = orderDeps(means)
    await makeStaff(means)
    const { brand, groupId } = await makeGroup(means)
    const client = await makeClient(means, { brand_id: brand.id, country: 'DE' })
    const buyer = clientActor(client.id, { id: means.newId('usr') })

    const make = async (kind: string, more: object = {}) => {
      const slug = kind.replaceAll('_', '-')
      const id = await createProduct(
        means,
        { group_id: groupId, slug, name: `Plan ${kind}`, kind, ...more },
        staff,
      )
      await setPrice(
        means,
        { owner_id: id, cycle: '1m', currency: 'EUR', amount: '5.00', setup: '1.00' },
        staff,
      )
      await publishProduct(means, { id }, staff)
      return id
    }
    let keys = 0
    const order = (product_id: string, fields: Record<string, string>) =>
      placeOrder(
        deps,
        {
          ...{ brand_id: brand.id, client_id: client.id, once_key: `once-key-${++keys}`, currency: 'EUR' },
          items: [{ product_id, cycle: '1m', fields }],
          terms: { version: '1', accepted: true },
        },
        buyer,
      )
    const refusal = (of: Promise<unknown>) =>
      of.then(
        () => assert.fail('it was not refused'),
        (error: { params: object }) => JSON.stringify(error.params),
      )
    const serviceOf = async (id: string) =>
      (await db.get<ServiceRow>(sql`select * from services where id = ${id}`))!
    /** What the first invoice of a service, or all of them, charge for the product itself. */
    const described = async (id: string) => {
      const rows = await db.all<{ description: string; kind: string }>(sql`
        select l.description, l.kind from invoice_lines l join charges c on c.id = l.charge_id
        where c.source_id = ${id} order by c.period_start, l.kind`)
      return rows.map((row) => `${row.kind}: ${row.description}`)
    }
    const pay = async (invoiceId: string) => {
      const row = await db.get<{ total_minor: bigint }>(
        sql`select total_minor from invoices where id = ${invoiceId}`,
      )
      await recordPayment(
        { ...means, plugins: scriptedGateway([]) },
        { invoice_id: invoiceId, amount_minor: String(row!.total_minor), reference: `ref-${invoiceId}` },
        staff,
      )
      const events = await db.all<Omit<StoredEvent, 'body'> & { body: string }>(
        sql`select * from events where type = 'invoice.paid' and subject = ${invoiceId}`,
      )
      assert.equal(events.length, 1)
      for (const consumer of [...serviceConsumers(means), ...orderConsumers(means)])
        if (consumer.types.includes('invoice.paid'))
          await db.transaction((trx) =>
            consumer.handle(trx, { ...events[0]!, body: JSON.parse(events[0]!.body) as never }),
          )
    }

    const sold: { kind: string; id: string; title: string }[] = []
    for (const [kind, key, answer, name, wrong, reason] of SALES)
      test(`a product of the kind ${kind} is ordered, named, paid and delivered by hand`, async () => {
        const productId = await make(kind)
        const product = await loadProduct(db, brand.id, kind.replaceAll('_', '-'))
        assert.deepEqual(
          product!.fields.map((field) => [field.key, field.kind, field.required, field.setting]),
          key === null ? [] : [[key, key, true, key]],
        )
        if (key !== null) {
          assert.match(await refusal(order(productId, {})), /must not be empty/)
          assert.match(await refusal(order(productId, { [key]: wrong })), new RegExp(reason))
        }
        const { service_ids, invoice_id } = await order(productId, key === null ? {} : { [key]: answer })
        const id = service_ids[0]!
        const plan = `Plan ${kind}`
        const title = key === null ? plan : `${plan} – ${name}`
        assert.equal((await serviceOf(id)).label, name ?? plan)
        assert.deepEqual(await described(id), [`recurring: ${title}`, `setup: ${title}`])

        await pay(invoice_id)
        const work = await db.get<{ id: string; status: string; step: string }>(
          sql`select id, status, step from deliveries where service_id = ${id}`,
        )
        assert.deepEqual([work!.status, work!.step], ['waiting', 'by_hand'])
        const mails = () =>
          (means.jobs.of('mail.send') as { template: string; data: { label: string; service_id: string } }[])
            .filter(({ data }) => data.service_id === id)
            .map(({ template, data }) => `${template}: ${data.label}`)
        await markDelivered(means, { delivery_id: work!.id }, staff)
        assert.deepEqual(mails(), [`delivery-by-hand: ${title}`, `service-ready: ${title}`])
        const row = await serviceOf(id)
        assert.deepEqual([row.billing_status, row.delivery_status], ['active', 'live'])
        sold.push({ kind, id, title })
      })

    test('services and products are found by their kind', async () => {
      for (const { kind, id } of sold) {
        const { rows } = await listServices(means, { kind, limit: 50 }, staff)
        assert.deepEqual(
          rows.map((row) => [row.id, row.product_kind]),
          [[id, kind]],
        )
        const products = await readProducts(means, { brand_id: brand.id, kind }, staff)
        assert.deepEqual(
          products.map((product) => product.kind),
          [kind],
        )
        assert.equal((await showService(means, { service_id: id }, staff)).productKind, kind)
      }
      assert.equal(sold.length, 9)
      await assert.rejects(listServices(means, { kind: 'castle', limit: 50 }, staff))
    })

    test('each is renewed under the same name', async () => {
      means.business.set('2026-02-15T06:00:00.000Z')
      await billDay(billingDeps(means), isoDate('2026-02-15'))
      for (const { id, title } of sold)
        assert.deepEqual(await described(id), [
          `recurring: ${title}`,
          `setup: ${title}`,
          `recurring: ${title}`,
        ])
      assert.deepEqual(await verifyBooks(db, isoDate('2026-02-15')), [])
      means.business.set('2026-01-15T10:00:00.000Z')
    })

    test('a product may ask nothing, or something else, and its copy asks the same', async () => {
      const id = await make('vps', { slug: 'bare', asks: false })
      assert.deepEqual((await loadProduct(db, brand.id, 'bare'))!.fields, [])
      await copyProduct(means, { id, slug: 'bare-2', name: 'Bare 2' }, staff)
      assert.deepEqual((await loadProduct(db, brand.id, 'bare-2'))!.fields, [])
      const { service_ids } = await order(id, {})
      assert.equal((await serviceOf(service_ids[0]!)).label, 'Plan vps')
    })

    test('the question is in the language of the shop', async () => {
      const german = await makeGroup(means, { locale: 'de' })
      const facts = { group_id: german.groupId, slug: 'web', name: 'Web', kind: 'shared_hosting' }
      await createProduct(means, facts, staff)
      const [field] = (await loadProduct(db, german.brand.id, 'web'))!.fields
      assert.deepEqual([field!.label, field!.hint], ['Domainname', 'etwa example.org'])
    })
  })
