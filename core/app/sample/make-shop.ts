import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createTaxRule, leaveFirstStep, setUpInstallation } from '../../brands/index.ts'
import { importCatalog } from '../../catalog/index.ts'
import { systemActor } from '../../kernel/index.ts'
import { shopTerms } from '../../orders/index.ts'
import { createInstance, getInstance, grantAsked, secretFields } from '../../plugins/index.ts'
import { writeSetting } from '../../records/index.ts'
import { createServer, createServerGroup } from '../../services/index.ts'
import type { Wiring } from '../areas.ts'
import { PANEL_HOST } from './companies.ts'
import type { SampleFacts } from './sample-facts.ts'
import { sampleTerms } from './terms.ts'

const CATALOG = resolve(import.meta.dirname, '../../../examples/catalog.yaml')

export const actor = systemActor('sample')

export interface Shop {
  brandId: string
  stripeId: string
  bankId: string
}

/** Makes the sample provider: company, brand, staff, tax, gateways, panel, catalogue. By the verbs that staff use. */
export async function makeShop({ means }: Wiring, facts: SampleFacts): Promise<Shop> {
  const { brand_id: brandId, seller_id } = await setUpInstallation(
    means,
    { owner: { name: 'Sample Owner', ...facts.staff }, seller, brand },
    actor,
  )
  for (const rule of taxRules)
    await createTaxRule(means, { seller_id, tax_class: 'standard', ...rule }, actor)
  // The sample has the look that comes along.
  await leaveFirstStep(means, { step: 'look', left: true }, actor)
  const admin = { ...means, drain: () => undefined }
  const { stripe: api_key, webhook: webhook_secret } = facts.keys
  const gateway = { plugin_id: 'stripe', name: 'Card', settings: { api_key, webhook_secret } }
  for (const plugin of ['stripe', 'bank-transfer', 'pterodactyl']) await grantAsked(admin, plugin, actor)
  const { id: stripeId } = await createInstance(admin, gateway, actor)
  const bank = { plugin_id: 'bank-transfer', name: 'Bank transfer', settings: { accounts } }
  const { id: bankId } = await createInstance(admin, bank, actor)
  const panel = { plugin_id: 'pterodactyl', name: 'pterodactyl', settings: {} }
  const { id: instance_id } = await createInstance(admin, panel, actor)
  await addPanel(means, { instance_id, keys: facts.keys })
  const terms = { setting: shopTerms, scope: 'brand', scopeId: brandId, value: sampleTerms } as const
  await means.db.transaction((trx) => writeSetting(means, trx, terms, actor))
  await importCatalog(means, readFileSync(CATALOG, 'utf8'), actor, { brandId })
  return { brandId, stripeId, bankId }
}

async function addPanel(
  means: Wiring['means'],
  { instance_id, keys }: { instance_id: string; keys: SampleFacts['keys'] },
): Promise<void> {
  const serverSettings = async (id: string) => {
    const schema = (await getInstance(means.db, id)).manifest.server_settings ?? {}
    return { schema, secrets: secretFields(schema) }
  }
  const group_id = await createServerGroup(means, { name: 'game-nodes' }, actor)
  await createServer(
    { ...means, serverSettings },
    {
      ...{ instance_id, group_id, name: 'Panel', capacity: 200 },
      settings: { panel_url: `https://${PANEL_HOST}` },
      secrets: { application_key: keys.application, client_key: keys.client },
    },
    actor,
  )
}

const seller = {
  name: 'Sample Hosting GmbH',
  address: { lines: ['Musterstraße 12'], postcode: '20457', city: 'Hamburg' },
  country: 'DE',
  tax_id: 'DE123456789',
  email: 'accounts@sample.example',
}

const brand = {
  name: 'Sample Hosting',
  hosts: ['localhost', '127.0.0.1'],
  currency: 'EUR',
  currencies: ['EUR', 'USD', 'IDR'],
  locale: 'en',
  zone: 'Europe/Berlin',
  prices_include_tax: false,
  sender: 'Sample Hosting <hello@sample.example>',
}

const starts_on = '2020-01-01'
/** Made up for the sample: what is due in each country is for the provider to find out. */
const taxRules = [
  { country: 'DE', name: 'USt', rate_ppm: 190_000, starts_on },
  { country: 'AT', name: 'USt', rate_ppm: 200_000, starts_on },
  { country: 'FR', name: 'TVA', rate_ppm: 200_000, starts_on },
  { country: 'NL', name: 'btw', rate_ppm: 210_000, starts_on },
  { country: 'ID', name: 'PPN', rate_ppm: 110_000, starts_on },
]

const accounts = [
  { currency: 'EUR', holder: seller.name, bank: 'Sample Bank', iban: 'DE89370400440532013000' },
  { currency: 'USD', holder: seller.name, bank: 'Sample Bank', account_number: '000123456789' },
  { currency: 'IDR', holder: seller.name, bank: 'Sample Bank', account_number: '0012345678' },
]
