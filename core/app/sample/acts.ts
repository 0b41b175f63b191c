import {
  checkPayment,
  recordPayment,
  refundPayment,
  startPayment,
  type PaymentRow,
} from '../../billing/index.ts'
import { createClient, signUp } from '../../clients/index.ts'
import { sql } from '../../db/index.ts'
import { assert, guestActor, type IsoDate } from '../../kernel/index.ts'
import { placeOrder, type PlacedOrder } from '../../orders/index.ts'
import { cancelService, markDelivered } from '../../services/index.ts'
import { changePorts } from '../wire/change-ports.ts'
import type { Wiring } from '../areas.ts'
import { orderDeps } from '../wire/orders-area.ts'
import { actor, type Shop } from './make-shop.ts'
import { answers, type Person } from './people.ts'
import { sampleTerms } from './terms.ts'

export interface Stage {
  wiring: Wiring
  shop: Shop
  password: string
  /** Who each client is, by id. */
  clients: Map<string, Person>
}

const CARDS = { card: '4242424242424242', declined_card: '4000000000000341' } as const

/** A client comes, orders and pays as they do. */
export async function join(stage: Stage, person: Person): Promise<void> {
  const id = await register(stage, person)
  stage.clients.set(id, person)
  const order = await buy(stage, person, id)
  if (person.pays === 'card' || person.pays === 'declined_card')
    await payByCard(stage, order.invoice_id, CARDS[person.pays])
}

/** The first one signs up alone and can sign in; the others are entered by staff and get a mail about it. */
async function register({ wiring: { means }, shop, password, clients }: Stage, person: Person) {
  const { brandId: brand_id } = shop
  const { currency } = person
  const profile = profileOf(person)
  if (clients.size > 0)
    return (await createClient(means, { brand_id, currency, profile, owner_email: profile.email }, actor)).id
  await signUp(means, { brand_id, password, currency, profile }, guestActor(brand_id))
  const made = await means.db.get<{ id: string }>(sql`select id from clients where email = ${profile.email}`)
  assert(made, 'who signed up is a client')
  return made.id
}

function profileOf({ name, company, place, locale }: Person) {
  const [country, postcode, city, address_1] = place
  const mail = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z ]/g, '')
    .replaceAll(' ', '.')
  const kind = company ? ('company' as const) : ('person' as const)
  const reached = { email: `${mail}@post.example`, address_1, postcode, city, country }
  return { kind, name, company: company ?? null, ...reached, locale: locale ?? 'en' }
}

async function buy(
  { wiring: { means }, shop }: Stage,
  person: Person,
  client_id: string,
): Promise<PlacedOrder> {
  const product = await means.db.get<{ id: string }>(
    sql`select id from products where brand_id = ${shop.brandId} and slug = ${person.buys}`,
  )
  assert(product, `the sample catalogue has ${person.buys}`)
  const { cycle, currency, options = {} } = person
  const item = { product_id: product.id, cycle, options, fields: answers[person.buys] ?? {} }
  const terms = { version: sampleTerms.version, accepted: true }
  const order = {
    brand_id: shop.brandId,
    client_id,
    once_key: `sample/${client_id}`,
    items: [item],
    currency,
    terms,
  }
  return placeOrder(orderDeps(means), order, actor)
}

/** Goes to Stripe's page, types the card in, and comes back to the shop. The card is saved for the next invoices. */
export async function payByCard(
  { wiring, shop }: Stage,
  invoice_id: string,
  card: string,
): Promise<PaymentRow> {
  const payments = { ...wiring.means, plugins: wiring.plugins }
  const back = `${wiring.means.publicUrl}/portal/invoices/${invoice_id}`
  const asked = {
    invoice_id,
    instance_id: shop.stripeId,
    save_method: true,
    return_url: back,
    cancel_url: back,
  }
  const payment = await startPayment(payments, asked, actor)
  const { url } = JSON.parse(payment.needs ?? '{}') as { url?: string }
  assert(url, 'a card is typed in on a page')
  const body = new URLSearchParams({
    number: card,
    expiry: '12 / 39',
    cvc: '123',
    email: 'card@post.example',
  })
  const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' })
  assert(answer.status === 303, `the card is taken, not ${answer.status}`)
  return checkPayment(payments, { payment_id: payment.id }, actor)
}

/** What staff do on a day: transfers that have arrived are booked, and what is made by hand is made. */
export async function workAsStaff(stage: Stage, today: IsoDate, daysAgo: number): Promise<void> {
  await bookTransfers(stage, today, daysAgo)
  if (daysAgo > 2) await deliverByHand(stage)
}

async function bookTransfers(
  { wiring, shop, clients }: Stage,
  today: IsoDate,
  daysAgo: number,
): Promise<void> {
  const payments = { ...wiring.means, plugins: wiring.plugins }
  const open = await wiring.means.db.all<{
    id: string
    number: string
    client_id: string
    due_on: IsoDate
    total_minor: bigint
  }>(sql`select id, number, client_id, due_on, total_minor from invoices where status = 'issued' order by id`)
  for (const { id: invoice_id, number, client_id, due_on, total_minor } of open) {
    const person = clients.get(client_id)
    if (person?.pays !== 'transfer' || (person.stopsPaying ?? 0) >= daysAgo) continue
    if (Date.parse(today) < Date.parse(due_on) + (person.late ?? 1) * DAY_MS) continue
    const amount_minor = total_minor.toString()
    const transfer = { invoice_id, instance_id: shop.bankId, amount_minor, reference: `transfer ${number}` }
    await recordPayment(payments, transfer, actor)
  }
}

const DAY_MS = 86_400_000

async function deliverByHand({ wiring: { means } }: Stage): Promise<void> {
  const waiting = await means.db.all<{ id: string }>(
    sql`select id from deliveries where status = 'waiting' and step = 'by_hand' order by id`,
  )
  for (const { id } of waiting) await markDelivered(means, { delivery_id: id }, actor)
}

export async function cancel({ wiring: { means } }: Stage, clientId: string): Promise<void> {
  const service = await means.db.get<{ id: string }>(
    sql`select id from services where client_id = ${clientId} order by id limit 1`,
  )
  assert(service, 'who cancels has a service')
  await cancelService(
    { ...means, changes: changePorts },
    { service_id: service.id, at: 'end', reason: 'I have no time to play any more' },
    actor,
  )
}

/** Half of the latest payment goes back, as goodwill. */
export async function refund({ wiring }: Stage, clientId: string): Promise<void> {
  const payments = { ...wiring.means, plugins: wiring.plugins }
  const paid = await payments.db.get<{ id: string; received_minor: bigint }>(
    sql`select id, received_minor from payments where client_id = ${clientId} and status = 'succeeded' order by id desc limit 1`,
  )
  assert(paid, 'who is refunded has paid')
  const amount_minor = (paid.received_minor / 2n).toString()
  const wish = {
    payment_id: paid.id,
    amount_minor,
    destination: 'source',
    reason: 'A day without the server',
  }
  await refundPayment(payments, wish, actor)
}
