import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'
import type { World } from './world.ts'

/** Webhook endpoints are not among them: whoever starts the simulator says where events go. */
const KEPT = [
  'customers',
  'deletedCustomers',
  'paymentMethods',
  'cards',
  'mandates',
  'paymentIntents',
  'setupIntents',
  'sessions',
  'sessionPlans',
  'charges',
  'refunds',
  'disputes',
  'balanceTransactions',
  'payouts',
  'payoutItems',
  'subscriptions',
  'invoices',
  'invoicePayments',
  'events',
] as const

/** Writes what the company knows into a file. */
export function saveWorld(world: World, file: string): void {
  const state = Object.fromEntries(KEPT.map((name) => [name, world[name]]))
  writeFileSync(file, serialize(state), { mode: 0o600 })
}

/** Takes up what an earlier run has left; nothing when there was none. */
export function loadWorld(world: World, file: string): void {
  if (!existsSync(file)) return
  const state = deserialize(readFileSync(file)) as Record<string, Map<string, never> | undefined>
  for (const name of KEPT) for (const [id, row] of state[name] ?? []) world[name].set(id, row)
}
