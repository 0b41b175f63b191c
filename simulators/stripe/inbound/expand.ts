import { refuse } from '../refusals.ts'
import type { World } from '../world.ts'

/** Properties whose id may be replaced by the object itself. */
const EXPANDABLE = new Set([
  ...['balance_transaction', 'charge', 'customer', 'latest_charge', 'payment_intent', 'payment_method'],
  ...['setup_intent', 'line_items', 'default_payment_method'],
])
const DEEPEST = 4

/** Copies the answer and replaces the ids on the asked paths (`latest_charge`, `data.customer`, …). */
export function expandAnswer(world: World, answer: object, paths: readonly string[]): object {
  const copy = structuredClone(answer)
  for (const path of paths) {
    const steps = path.split('.')
    const named = steps.filter((step) => step !== 'data')
    if (named.length > DEEPEST) throw refuse('expand_invalid', { param: path })
    expandPath(world, { node: copy, steps, path })
  }
  return copy
}

function expandPath(world: World, at: { node: unknown; steps: string[]; path: string }): void {
  const { node, steps, path } = at
  const [step, ...rest] = steps
  if (step === undefined || node === null) return
  if (Array.isArray(node)) {
    for (const item of node) expandPath(world, { node: item, steps, path })
    return
  }
  if (!isFields(node) || !isReachable(node, step)) throw refuse('expand_invalid', { param: path })
  if (step === 'line_items') node[step] ??= lineItems(world, String(node['id']))
  const value = node[step]
  if (typeof value === 'string') {
    if (!EXPANDABLE.has(step)) throw refuse('expand_invalid', { param: path })
    node[step] = objectOf(world, value) ?? value
  }
  expandPath(world, { node: node[step], steps: rest, path })
}

function isFields(node: unknown): node is Record<string, unknown> {
  return typeof node === 'object' && node !== null
}

function isReachable(node: Record<string, unknown>, step: string): boolean {
  if (step === 'line_items') return node['object'] === 'checkout.session'
  return step in node && (EXPANDABLE.has(step) || isFields(node[step]))
}

function lineItems(world: World, session: string) {
  const data = structuredClone(world.sessionPlans.get(session)?.lines ?? [])
  return { object: 'list', data, has_more: false, url: `/v1/checkout/sessions/${session}/line_items` }
}

function objectOf(world: World, id: string): object | undefined {
  const collections = {
    ...{ cus: world.customers, pm: world.paymentMethods, pi: world.paymentIntents },
    ...{ seti: world.setupIntents, ch: world.charges, txn: world.balanceTransactions },
  }
  const collection = new Map<string, Map<string, object>>(Object.entries(collections)).get(
    id.split('_')[0] ?? '',
  )
  const found = collection?.get(id)
  return found && structuredClone(found)
}
