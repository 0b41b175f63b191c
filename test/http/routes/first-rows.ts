import { createApiKey } from '../../../core/identity/index.ts'
import { makeCart, makeCartReminder } from './cart-rows.ts'
import { newSecretToken } from '../../../core/identity/secret-token.ts'
import { sql } from '../../../core/db/index.ts'
import { join } from 'node:path'
import { createMessages } from '../../../core/i18n/index.ts'
import { createQuote, getQuote, keepQuote, sendQuote } from '../../../core/orders/index.ts'
import { accessPlace } from '../../../core/services/finish-delivery.ts'
import { offerPackage, writePackage } from '../../../core/plugins/index.ts'
import { fillDesk, type WorldIds } from '../admin/fill-desk.ts'
import { makeMembership, makeStaff, makeUser, staffActor } from '../../support/make.ts'
import { makeDocumentRows } from './document-rows.ts'
import { makePaymentRows } from './payment-rows.ts'
import { findChoices } from './choice-rows.ts'
import { makeDeals, makePart } from './deal-rows.ts'
import { makeDeskRows } from './desk-rows.ts'
import { makeTransfer } from './transfer-rows.ts'
import { makePeopleRows, type PeopleRows } from './people-rows.ts'
import { makePriceRows } from './price-rows.ts'
import { makeServiceFile } from './service-file.ts'
import { makeFaktur, makeTaxFacts } from './tax-rows.ts'
import type { TestMeans } from '../../support/means.ts'

/** One record of each kind that a page lists or shows. */
export interface FirstRows extends WorldIds, PeopleRows {
  email: string
  /** A user who may act for every client of the shop, and has not chosen one. */
  keeperEmail: string
  staffEmail: string
  staffRealm: string
  keeper: string
  staff: string
  role: string
  apiKey: string
  cart: string
  /** A product that goes with the first one, and a service of it that is a part of the first service. */
  addon: string
  part: string
  orderItem: string
  realm: string
  seller: string
  draft: string
  option: string
  value: string
  field: string
  method: string
  message: string
  webhookEvent: string
  plugin: string
  offer: string
  dispute: string
  creditGrant: string
  bankAccount: string
  bankLine: string
  payout: string
  movement: string
  agreement: string
  refund: string
  coupon: string
  quote: string
  transfer: string
  bundle: string
  gift: string
  giftCard: string
  priceList: string
  campaign: string
  cancelReason: string
  priceRule: string
  rate: string
  clientGroup: string
  serverGroup: string
  serverAccount: string
  run: string
  event: string
  audit: string
  /** The question that a file of the service answers. */
  serviceFile: string
  billable: string
  documentText: string
  letter: string
  pluginRequest: string
  invoiceLink: string
  /** Secret of an address that opens the overdue invoice. */
  payToken: string
  leftTokens: { cart: string; stop: string }
  paidToken: string
  exemption: string
  /** A seller in Indonesia with one taxed document. */
  idSeller: string
  tokens: { verify: string; reset: string; staffReset: string }
}

/** A plugin that takes payments and delivers, so that pages of both offer its instances. */
const BOTH_KINDS = JSON.stringify({
  name: 'Test plugin',
  kinds: {
    gateway: ['start_payment', 'start_setup', 'charge_method'],
    provisioner: ['create', 'power', 'create_snapshot'],
  },
})

export async function makeFirstRows(means: TestMeans): Promise<FirstRows> {
  const ids = await fillDesk(means)
  const { db } = means
  const brand = (await db.get<{ realm_id: string; seller_id: string }>(
    sql`select realm_id, seller_id from brands where id = ${ids.brand}`,
  ))!
  const user = (await db.get<{ email: string }>(sql`select email from users where id = ${ids.user}`))!
  const keeper = await makeUser(means, { realm_id: brand.realm_id, name: 'Kim Berg' })
  await makeMembership(means, { client_id: ids.client, user_id: keeper.id })
  const staff = await makeStaff(means)
  const person = { sessionId: 'ses_test', confirmedAt: means.clock.now() }
  const { key } = await createApiKey(
    means,
    { name: 'Books', scopes: ['*'] },
    { ...staffActor(), id: staff.user_id, ...person },
  )
  const { addon, ...deals } = await makeDeals(means, ids)
  const cart = await makeCart(means, ids)
  const leftTokens = await makeCartReminder(means, ids, cart)
  const order = (await db.get<{ id: string }>(sql`select id from order_items where order_id = ${ids.order}`))!
  const plugin = (await db.get<{ plugin_id: string }>(
    sql`select plugin_id from plugin_instances where id = ${ids.instance}`,
  ))!
  await means.db.run(sql`update plugins set manifest = ${BOTH_KINDS} where id = ${plugin.plugin_id}`)
  return {
    ...ids,
    ...(await makeServiceRows(means, ids)),
    ...{ serviceFile: await makeServiceFile(means, ids), exemption: await makeTaxFacts(means, ids) },
    idSeller: await makeFaktur(means, ids),
    ...(await makePeopleRows(means, ids)),
    ...(await makeMoneyRows(means, ids)),
    ...(await makePaymentRows(means, ids)),
    ...(await makeDeskRows(means, ids)),
    ...(await makeDocumentRows(means, ids)),
    ...(await makePriceRows(means, ids)),
    ...{ email: user.email, keeperEmail: keeper.email, keeper: keeper.id },
    ...{
      staffEmail: staff.user.email,
      staffRealm: staff.user.realm_id,
      staff: staff.id,
      role: staff.role_id,
    },
    ...{ addon, part: await makePart(means, ids, addon) },
    ...{ apiKey: key, cart, leftTokens, orderItem: order.id, plugin: plugin.plugin_id },
    ...(await findChoices(means, ids)),
    offer: await makeOffer(means),
    ...{ quote: await makeQuote(means, ids), transfer: await makeTransfer(means, ids, user.email) },
    ...deals,
    giftCard: await makeGiftCard(means, ids),
    ...(await findRecorded(means, ids)),
    ...{ realm: brand.realm_id, seller: brand.seller_id },
    tokens: {
      verify: await makeToken(means, 'verify_email', { id: ids.user, email: user.email }),
      reset: await makeToken(means, 'reset_password', { id: ids.user, email: user.email }),
      staffReset: await makeToken(means, 'reset_password', staff.user),
    },
  }
}

/** A card with one movement, as staff give it. */
async function makeGiftCard(means: TestMeans, ids: WorldIds): Promise<string> {
  const id = means.newId('gft')
  const now = means.business.now()
  const worth = { currency: 'EUR', initial_minor: 5_000n, balance_minor: 5_000n }
  const card = { code_hash: 'hash-0', code_end: 'QRST', status: 'active', origin: 'issued' }
  await means.db.insert('gift_cards', [
    { id, brand_id: ids.brand, ...worth, ...card, created_at: now, updated_at: now },
  ])
  const movement = { gift_card_id: id, kind: 'issued', amount_minor: 5_000n, moved_at: now }
  await means.db.insert('gift_card_movements', [{ id: means.newId('gcm'), ...movement }])
  return id
}

/** A quote that was sent. Its PDF is kept already, as the job does after sending. */
async function makeQuote(means: TestMeans, ids: WorldIds): Promise<string> {
  const lines = [{ description: 'Moving in', quantity: 1, unit_minor: '5000' }]
  const content = { title: 'Move', expires_on: '2026-02-15', lines }
  const id = await createQuote(means, { client_id: ids.client, ...content }, staffActor())
  await sendQuote(means, { quote_id: id }, staffActor())
  const quote = await getQuote(means.db, staffActor(), id)
  const words = createMessages({ folder: join(import.meta.dirname, '../../../locales') })
  await keepQuote({ ...means, translator: (locale) => words.translator(locale) }, quote, quote.versions[0]!)
  return id
}

/** A package that waits to be granted. */
function makeOffer(means: TestMeans): Promise<string> {
  const manifest = { id: 'parcel', name: 'Parcel', version: '1.0.0', sdk: '1', description: 'Waits.' }
  const kinds = { gateway: ['test_connection'] }
  const files = { 'plugin.json': JSON.stringify({ ...manifest, kinds }), 'bundle.js': 'void 0' }
  return offerPackage(means, { package: writePackage(files, null) }, staffActor())
}

/** What stands on the page of a service besides its delivery. */
async function makeServiceRows(means: TestMeans, ids: WorldIds) {
  const { db } = means
  const now = means.business.now()
  const of = { brand_id: ids.brand, client_id: ids.client, service_id: ids.service }
  await db.run(sql`
    update services set billing_status = 'active', delivery_status = 'live', instance_id = ${ids.instance}, server_id = ${ids.server},
      remote_id = '17', anchor_on = '2026-01-15', next_period_on = '2026-02-15', charged_through = '2026-02-15', period_index = 1,
      delivered_at = ${now} where id = ${ids.service}`)
  await db.run(sql`update products set instance_id = ${ids.instance} where id = ${ids.product}`)
  await db.insert('service_access', [
    {
      service_id: ids.service,
      position: 0,
      label: 'Password',
      kind: 'secret',
      value: null,
      sealed: means.keys.seal('harbour', accessPlace(ids.service, 0)),
      updated_at: now,
    },
  ])
  await db.insert('service_holds', [
    {
      service_id: ids.service,
      reason: 'staff',
      note: 'Asked by mail',
      placed_by: 'usr_staff',
      placed_at: now,
    },
  ])
  await db.insert('service_usage', [
    {
      service_id: ids.service,
      report: JSON.stringify({
        available: true,
        metrics: [{ label: 'Memory', value: 10, limit: 100, unit: 'count' }],
      }),
      read_at: now,
    },
  ])
  const field = (await db.get<{ id: string }>(
    sql`select id from order_fields where product_id = ${ids.product}`,
  ))!
  await db.insert('service_fields', [
    { service_id: ids.service, field_id: field.id, label: 'Server name', value: 'quay one', setting: null },
  ])
  const state = JSON.stringify({ product_id: ids.product, cycle: '1m', options: [] })
  await db.insert('service_changes', [
    {
      id: means.newId('chn'),
      ...of,
      kind: 'change',
      status: 'applied',
      before_state: state,
      after_state: state,
      effective_on: '2026-01-15',
      amount_minor: 100n,
      currency: 'EUR',
      actor: 'usr_staff',
      created_at: now,
      updated_at: now,
    },
  ])
  await db.insert('delivery_calls', [
    {
      id: means.newId('dlc'),
      delivery_id: ids.delivery,
      operation: 'create',
      outcome: 'failed',
      detail: null,
      duration_ms: 12,
      occurred_at: now,
    },
  ])
  return {}
}

async function makeMoneyRows(means: TestMeans, ids: WorldIds) {
  const { db } = means
  const now = means.business.now()
  const times = { created_at: now, updated_at: now }
  const [method, refund, dispute, draft] = [
    means.newId('mth'),
    means.newId('ref'),
    means.newId('dsp'),
    means.newId('inv'),
  ]
  await db.insert('payment_methods', [
    {
      id: method,
      client_id: ids.client,
      instance_id: ids.instance,
      reference: 'pm_1',
      kind: 'card',
      label: 'Visa 4242',
      consent_at: now,
      preferred: 1,
      ...times,
    },
  ])
  const money = { currency: 'EUR', amount_minor: 100n }
  await db.insert('refunds', [
    {
      id: refund,
      payment_id: ids.payment,
      client_id: ids.client,
      invoice_id: ids.paid,
      destination: 'source',
      status: 'failed',
      ...money,
      effect_key: 'refund-0',
      reason: 'Too late',
      ...times,
    },
  ])
  await db.insert('disputes', [
    {
      id: dispute,
      payment_id: ids.payment,
      client_id: ids.client,
      instance_id: ids.instance,
      reference: 'dp_0',
      status: 'open',
      reason: 'fraudulent',
      ...money,
      ...times,
    },
  ])
  const template = (await db.get<Record<string, string>>(
    sql`select * from invoices where id = ${ids.overdue}`,
  ))!
  await db.insert('invoices', [
    {
      ...template,
      id: draft,
      number: null,
      status: 'draft',
      issued_on: null,
      issued_at: null,
      document_hash: null,
      file_id: null,
    },
  ])
  const line = (await db.get<Record<string, string>>(
    sql`select * from invoice_lines where invoice_id = ${ids.overdue}`,
  ))!
  await db.insert('invoice_lines', [
    { ...line, id: means.newId('inl'), invoice_id: draft, live_charge_id: null },
  ])
  await db.insert('reminders', [
    { document_id: ids.overdue, step: 'after_0', client_id: ids.client, sent_at: now },
  ])
  return { method, refund, dispute, draft }
}

/** What the order left behind by itself. */
async function findRecorded({ db }: TestMeans, ids: WorldIds) {
  const event = await db.get<{ id: string }>(sql`select id from events where subject = ${ids.order} limit 1`)
  const audit = await db.get<{ id: string }>(sql`select id from audit where subject = ${ids.order} limit 1`)
  return { event: event!.id, audit: audit!.id }
}

async function makeToken(
  means: TestMeans,
  purpose: string,
  user: { id: string; email: string },
): Promise<string> {
  const { token, hash } = newSecretToken()
  const row = { id: means.newId('tok'), purpose, user_id: user.id, email: user.email, token_hash: hash }
  const dates = { expires_at: '2100-01-01T00:00:00.000Z', created_at: means.business.now() }
  await means.db.insert('one_time_tokens', [{ ...row, ...dates }])
  return token
}
