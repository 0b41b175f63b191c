import {
  carryLines,
  issueInvoice,
  type DraftInvoice,
  type InvoiceRow,
  type PluginCalls,
} from '../../core/billing/index.ts'
import { systemActor } from '../../core/kernel/index.ts'
import { makeBrand, makeClient } from '../support/make.ts'
import type { TestMeans } from '../support/means.ts'

export const actor = systemActor('test')

/** A German client of a brand with 19 % on net prices. */
export async function makeBuyer(means: TestMeans, columns: Parameters<typeof makeClient>[1] = {}) {
  const brand = await makeBrand(means)
  await means.db.insert('tax_rules', [
    {
      id: means.newId('tax'),
      seller_id: brand.seller_id,
      country: 'DE',
      region: null,
      tax_class: 'standard',
      name: 'VAT',
      rate_ppm: 190_000,
      starts_on: '2020-01-01',
      ends_on: null,
      version: 1,
      created_at: means.business.now(),
      updated_at: means.business.now(),
    },
  ])
  const client = await makeClient(means, { brand_id: brand.id, ...columns })
  return { brand, client }
}

export async function makeGateway(
  means: TestMeans,
  operations: readonly string[] = ['start_payment', 'charge_method', 'look_up', 'refund', 'handle_event'],
) {
  const now = means.business.now()
  const pluginId = `gw${means.newId('plg').slice(-8)}`
  await means.db.insert('plugins', [
    {
      id: pluginId,
      version: '1.0.0',
      bundle_sha256: '',
      manifest: JSON.stringify({ name: 'Test gateway', kinds: { gateway: operations } }),
      granted: '{}',
      status: 'enabled',
      installed_at: now,
      updated_at: now,
    },
  ])
  const instance = {
    id: means.newId('plg'),
    plugin_id: pluginId,
    brand_id: null,
    name: 'Cards',
    settings: '{}',
    status: 'active',
    position: 0,
    version: 1,
    created_at: now,
    updated_at: now,
  }
  await means.db.insert('plugin_instances', [instance])
  return instance
}

export function draft(
  client: { id: string; brand_id: string; currency: string },
  over: Partial<DraftInvoice> & { amounts?: bigint[] } = {},
): DraftInvoice {
  const { amounts = [1_000n], ...rest } = over
  return {
    brandId: client.brand_id,
    clientId: client.id,
    currency: client.currency,
    origin: 'manual',
    originId: null,
    dueOn: '2026-01-20' as DraftInvoice['dueOn'],
    lines: amounts.map((amountMinor, i) => ({
      sourceId: null,
      kind: 'manual',
      description: `Line ${i + 1}`,
      quantity: 1,
      unitMinor: amountMinor,
      amountMinor,
      taxClass: 'standard',
      trace: {},
    })),
    ...rest,
  }
}

export function issue(means: TestMeans, of: DraftInvoice): Promise<InvoiceRow> {
  return means.db.transaction((trx) => issueInvoice(means, trx, of, actor))
}

/** A gateway that answers from a script, in order, and keeps what it was asked. */
export function scriptedGateway(
  answers: readonly (object | Error)[],
): PluginCalls & { asked: { operation: string; input: Record<string, unknown> }[] } {
  const asked: { operation: string; input: Record<string, unknown> }[] = []
  return {
    asked,
    call: <T>(_instance: string, _kind: string, operation: string, input: object) => {
      const answer = answers[asked.length]
      asked.push({ operation, input: input as Record<string, unknown> })
      if (answer === undefined)
        return Promise.reject(new Error(`nothing scripted for call ${asked.length} (${operation})`))
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as T)
    },
  }
}

/** A saved method that charges go to by themselves. */
export async function makeMethod(means: TestMeans, clientId: string): Promise<string> {
  const instance = await makeGateway(means)
  const now = means.business.now()
  const id = means.newId('mth')
  await means.db.insert('payment_methods', [
    {
      ...{
        id,
        client_id: clientId,
        instance_id: instance.id,
        reference: id,
        kind: 'card',
        label: 'Card',
        preferred: 1,
      },
      ...{ consent_at: now, created_at: now, updated_at: now },
    },
  ])
  return id
}

/** Charges six euros to a client today, for a service or for nothing in particular, which wait for a larger sum. */
export function carrySum(
  means: TestMeans,
  client: Parameters<typeof draft>[0],
  sourceId: string | null = null,
): Promise<void> {
  const today = means.business.today('Europe/Berlin')
  const of = draft(client, { amounts: [600n], dueOn: today })
  const lines = of.lines.map((line) => ({ ...line, sourceId }))
  return means.db.transaction((trx) => carryLines(means, trx, [{ ...of, lines, issuedOn: today }]))
}
