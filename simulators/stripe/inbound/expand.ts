import { refuse } from '../refusals.ts'
import type { World } from '../world.ts'

/** The properties of each kind of object that `expand` may name, and the kind found behind them. */
const EXPANDABLE: Record<string, Record<string, string>> = {
  balance_transactions: { source: 'sources' },
  charges: {
    balance_transaction: 'balance_transactions',
    customer: 'customers',
    payment_intent: 'payment_intents',
  },
  customers: { invoice_settings: 'invoice_settings' },
  disputes: { charge: 'charges', payment_intent: 'payment_intents' },
  invoice_settings: { default_payment_method: 'payment_methods' },
  line_items: {},
  // What moved the balance: a charge, a refund, a dispute or a payout, with what those have in common.
  sources: { payment_intent: 'payment_intents', charge: 'charges' },
  mandates: { payment_method: 'payment_methods' },
  payment_intents: { customer: 'customers', latest_charge: 'charges', payment_method: 'payment_methods' },
  payment_methods: { customer: 'customers' },
  payouts: { balance_transaction: 'balance_transactions' },
  refunds: {
    balance_transaction: 'balance_transactions',
    charge: 'charges',
    payment_intent: 'payment_intents',
  },
  sessions: {
    customer: 'customers',
    line_items: 'line_items',
    payment_intent: 'payment_intents',
    setup_intent: 'setup_intents',
  },
  subscriptions: { customer: 'customers', latest_invoice: 'invoices' },
  invoices: { customer: 'customers' },
  setup_intents: { customer: 'customers', mandate: 'mandates', payment_method: 'payment_methods' },
}
const DEEPEST = 4

/** Refuses paths that lead nowhere, before any work is done. `address` is the route's path. */
export function checkExpansion(address: string, paths: readonly string[]): void {
  const root = address.split('/').findLast((part) => Object.hasOwn(EXPANDABLE, part))
  for (const path of paths) {
    let kind = root
    const steps = stepsOf(path)
    for (const step of steps) kind = EXPANDABLE[kind ?? '']?.[step]
    if (kind === undefined || steps.length === 0 || steps.length > DEEPEST) {
      throw refuse('expand_invalid', { param: path })
    }
  }
}

/** Copies the answer and replaces the ids on the asked paths (`latest_charge`, `data.customer`, …). */
export function expandAnswer(world: World, answer: object, paths: readonly string[]): object {
  const copy = structuredClone(answer)
  for (const path of paths) {
    const nodes = 'data' in copy && Array.isArray(copy.data) ? copy.data : [copy]
    for (const node of nodes) expandPath(world, node as Record<string, unknown>, stepsOf(path))
  }
  return copy
}

/** The steps of a path; `data.` before them only says that the answer is a list. */
function stepsOf(path: string): string[] {
  return path.replace(/^data\./, '').split('.')
}

function expandPath(world: World, node: Record<string, unknown>, [step, ...rest]: string[]): void {
  if (step === undefined) return
  if (step === 'line_items') node[step] = lineItems(world, String(node['id']))
  const value = node[step]
  const inner = typeof value === 'string' ? objectOf(world, value) : value
  if (typeof inner !== 'object' || inner === null) return
  node[step] = inner
  expandPath(world, inner as Record<string, unknown>, rest)
}

function lineItems(world: World, session: string): object {
  const data = structuredClone(world.sessionPlans.get(session)?.lines ?? [])
  return { object: 'list', data, has_more: false, url: `/v1/checkout/sessions/${session}/line_items` }
}

function objectOf(world: World, id: string): object | undefined {
  const collections: Record<string, ReadonlyMap<string, object>> = {
    ch: world.charges,
    cus: world.customers,
    in: world.invoices,
    mandate: world.mandates,
    pi: world.paymentIntents,
    pm: world.paymentMethods,
    seti: world.setupIntents,
    txn: world.balanceTransactions,
    du: world.disputes,
    po: world.payouts,
    re: world.refunds,
  }
  const found = collections[id.split('_')[0] ?? '']?.get(id)
  return found && structuredClone(found)
}
