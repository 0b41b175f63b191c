import { checkPayment, recordPayment, startPayment, type PaymentRow } from '../../billing/index.ts'
import { importCatalog, retireProduct } from '../../catalog/index.ts'
import { createClient } from '../../clients/index.ts'
import { sql } from '../../db/index.ts'
import { assert } from '../../kernel/index.ts'
import { currentTerms, placeOrder, type PlacedOrder } from '../../orders/index.ts'
import { getInstance, type Instance } from '../../plugins/index.ts'
import type { Wiring } from '../areas.ts'
import { TrialFailed } from '../errors.ts'
import { orderDeps } from '../wire/orders-area.ts'
import { developer, refuseReal } from './developer.ts'
import { callRest, now, sayCalls, type Inputs } from './show-calls.ts'
import { takePart } from './take-part.ts'
import { tryDelivery } from './try-delivery.ts'

export interface Trial {
  instance_id: string
  server_id?: string | null
  /** Settings of a product, for a provisioner. */
  product: Record<string, unknown>
  /** Of dev.json, for a shop that is thrown away: there everything that the plugin offers takes part. */
  inputs?: Inputs
}

type Say = (line: string) => void

/** Sells something with a plugin by the verbs that the shop uses, and says each step. Throws when one goes wrong. */
export async function trySale(wiring: Wiring, trial: Trial, say: Say): Promise<void> {
  await refuseReal(wiring)
  const instance = await getInstance(wiring.means.db, trial.instance_id)
  const since = now(wiring)
  if (trial.inputs) await takePart(wiring, instance, trial.inputs)
  const { order, clientId } = await sell(wiring, instance, trial)
  await pay(wiring, instance, order, say)
  // What waits for the payment, such as the delivery, is done within the hour.
  await wiring.command('clock.advance', { span: '1h' })
  if (instance.manifest.kinds.provisioner) await tryDelivery(wiring, order.service_ids[0]!, say)
  const { instance_id, server_id = null, inputs } = trial
  const called = await sayCalls(wiring, { instance_id, since }, say)
  const offered = Object.entries(instance.manifest.kinds).flatMap(([kind, names]) =>
    names.map((name) => `${kind}.${name}`),
  )
  if (inputs) await callRest(wiring, { instance_id, server_id, clientId, offered, called, inputs }, say)
}

interface Sold {
  order: PlacedOrder
  clientId: string
}

async function sell(wiring: Wiring, instance: Instance, trial: Trial): Promise<Sold> {
  const { means } = wiring
  const delivers = instance.manifest.kinds.provisioner !== undefined
  const brand = await means.db.get<{ id: string }>(sql`select id from brands order by id limit 1`)
  assert(brand, 'a test installation has a brand')
  const slug = `trial-${means.newId('prd').slice(-10)}`
  const made = delivers ? { plugin: instance.plugin_id, server_group: 'trial', settings: trial.product } : {}
  // Out of sight from the start: the shop may be one that is kept, and the trial may be killed.
  const product = {
    ...{ slug, name: 'Trial', status: 'hidden', delivery_on: 'payment', prices: { monthly: { EUR: 10 } } },
    ...made,
  }
  const group = { slug: 'trial', name: 'Trial', hidden: true, products: [product] }
  const catalog = { berth_catalog: 1, groups: [group] }
  await importCatalog(means, JSON.stringify(catalog), developer, { brandId: brand.id })
  const sold = await means.db.get<{ id: string }>(
    sql`select id from products where brand_id = ${brand.id} and slug = ${slug}`,
  )
  const client = await createClient(means, { brand_id: brand.id, currency: 'EUR', profile }, developer)
  const { version } = await currentTerms(means.db, brand.id)
  const order = await placeOrder(
    orderDeps(means),
    {
      ...{ brand_id: brand.id, client_id: client.id, once_key: `trial/${client.id}`, currency: 'EUR' },
      ...{ items: [{ product_id: sold!.id, cycle: '1m' }], terms: { version, accepted: true } },
    },
    developer,
  )
  await retireTrials(wiring, brand.id)
  return { order, clientId: client.id }
}

/** Whoever knows the address of a hidden product may order it. Those of trials that were killed are retired along. */
async function retireTrials({ means }: Wiring, brandId: string): Promise<void> {
  const left = await means.db.all<{ id: string }>(sql`
    select p.id from products p join product_groups g on g.id = p.group_id
    where p.brand_id = ${brandId} and g.slug = 'trial' and p.slug like 'trial-%' and p.status = 'hidden' order by p.id`)
  for (const { id } of left) await retireProduct(means, { id }, developer)
}

const profile = {
  ...{ kind: 'person' as const, name: 'Ada Quay', email: 'ada@client.example', locale: 'en' },
  ...{ address_1: 'Kai 7', postcode: '28195', city: 'Bremen', country: 'DE' },
}

async function pay(
  wiring: Wiring,
  { id, manifest }: Instance,
  { invoice_id, total_minor }: PlacedOrder,
  say: Say,
): Promise<void> {
  const payments = { ...wiring.means, plugins: wiring.plugins }
  const status = manifest.kinds.gateway
    ? (await payThrough(payments, { invoice_id, instance_id: id }, say)).status
    : 'recorded'
  // Money that is told of by a bank, or has no gateway here, is entered as staff would.
  if (status === 'recorded' || status === 'needs_client')
    await recordPayment(
      payments,
      {
        ...{ invoice_id, amount_minor: total_minor, reference: `trial ${invoice_id}` },
        ...(status === 'needs_client' ? { instance_id: id } : {}),
      },
      developer,
    )
  const invoice = await payments.db.get<{ number: string; status: string; total_minor: bigint }>(
    sql`select number, status, total_minor from invoices where id = ${invoice_id}`,
  )
  if (invoice?.status !== 'paid')
    throw TrialFailed({ what: `Invoice ${invoice?.number} is ${invoice?.status} and its payment ${status}.` })
  say(`Invoice ${invoice.number} over ${decimal(invoice.total_minor)} EUR is paid.`)
}

/** The client goes to the gateway's page; a stand-in's page pays when it is opened. */
async function payThrough(
  payments: Parameters<typeof startPayment>[0],
  wish: { invoice_id: string; instance_id: string },
  say: Say,
): Promise<PaymentRow> {
  const back = `${payments.publicUrl}/portal/invoices/${wish.invoice_id}`
  const payment = await startPayment(payments, { ...wish, return_url: back, cancel_url: back }, developer)
  const { url } = JSON.parse(payment.needs ?? '{}') as { url?: string }
  say(`start_payment: ${payment.status}${url ? `, ${url}` : ''}`)
  if (!url) return payment
  const page = await fetch(url, { redirect: 'manual' })
  say(`the client opens that page: ${page.status}`)
  const looked = await checkPayment(payments, { payment_id: payment.id }, developer)
  say(`look_up: ${looked.status}`)
  // A page was to be paid on: nobody books a transfer for it.
  if (looked.status === 'needs_client')
    throw TrialFailed({ what: 'The page was opened, and the payment still waits for the client.' })
  return looked
}

const decimal = (minor: bigint): string => `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`
