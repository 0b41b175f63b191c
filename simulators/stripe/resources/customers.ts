import { boolean, clearable, email, list, metadata, object, text } from '../inbound/fields.ts'
import { page, pageFields } from '../inbound/lists.ts'
import { mergeMetadata } from '../inbound/metadata.ts'
import { route } from '../inbound/route.ts'
import { attachMethod, detachMethod, takeUsableMethod } from '../money/payment-methods.ts'
import { refuse } from '../refusals.ts'
import type { Customer } from '../shapes.ts'
import type { World } from '../world.ts'
import { find } from '../world.ts'

const address = object({
  ...{ line1: clearable(text()), line2: clearable(text()), city: clearable(text()) },
  ...{ state: clearable(text()), postal_code: clearable(text()), country: clearable(text()) },
})

const fields = {
  address: clearable(address),
  description: clearable(text()),
  email: clearable(email()),
  invoice_settings: object({ default_payment_method: clearable(text()) }),
  metadata: metadata(),
  name: clearable(text()),
  phone: clearable(text()),
  preferred_locales: list(text()),
  validate: boolean(),
}

export const customerRoutes = [
  route(
    'POST /v1/customers',
    { ...fields, payment_method: text() },
    (world, { payment_method, ...params }) => {
      const method = payment_method === undefined ? undefined : takeUsableMethod(world, payment_method, null)
      const customer = change(world, makeCustomer(world), params)
      if (method) attachMethod(world, method, customer.id)
      return customer
    },
  ),
  route('GET /v1/customers', { ...pageFields, email: text() }, (world, params) => {
    const all = [...world.customers.values()]
    const wanted = all.filter((customer) => params.email === undefined || customer.email === params.email)
    return page(wanted, params, '/v1/customers')
  }),
  route(
    'GET /v1/customers/:id',
    {},
    (world, _, id) => world.deletedCustomers.get(id) ?? find(world, 'customers', id),
  ),
  route('POST /v1/customers/:id', fields, (world, params, id) =>
    change(world, find(world, 'customers', id), params),
  ),
  route('DELETE /v1/customers/:id', {}, (world, _, id) => {
    find(world, 'customers', id)
    for (const method of methodsOf(world, id)) detachMethod(world, method)
    world.customers.delete(id)
    const deleted = { id, object: 'customer', deleted: true } as const
    world.deletedCustomers.set(id, deleted)
    return deleted
  }),
  route('GET /v1/customers/:id/payment_methods', { ...pageFields, type: text() }, (world, params, id) => {
    find(world, 'customers', id)
    const wanted = methodsOf(world, id).filter(
      (method) => params.type === undefined || params.type === method.type,
    )
    return page(wanted, params, `/v1/customers/${id}/payment_methods`)
  }),
]

/** A customer with nothing filled in yet. */
export function makeCustomer(world: World): Customer {
  const customer: Customer = {
    id: world.nextId('cus'),
    object: 'customer',
    address: null,
    balance: 0,
    created: world.now(),
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    email: null,
    invoice_settings: { default_payment_method: null },
    livemode: false,
    metadata: {},
    name: null,
    phone: null,
    preferred_locales: [],
    shipping: null,
  }
  world.customers.set(customer.id, customer)
  return customer
}

function change(
  world: World,
  customer: Customer,
  params: {
    address?: Record<string, string | null | undefined> | null | undefined
    description?: string | null | undefined
    email?: string | null | undefined
    invoice_settings?: { default_payment_method: string | null | undefined } | undefined
    metadata?: Record<string, string> | null | undefined
    name?: string | null | undefined
    phone?: string | null | undefined
    preferred_locales?: string[] | undefined
  },
): Customer {
  const chosen = params.invoice_settings?.default_payment_method
  if (chosen != null) checkDefault(world, customer, chosen)
  if (chosen !== undefined) customer.invoice_settings = { default_payment_method: chosen }
  if (params.address !== undefined) customer.address = params.address && filled(params.address)
  customer.metadata = mergeMetadata(customer.metadata, params.metadata)
  if (params.preferred_locales) customer.preferred_locales = params.preferred_locales
  for (const name of ['description', 'email', 'name', 'phone'] as const) {
    const value = params[name]
    if (value !== undefined) customer[name] = value
  }
  return customer
}

function checkDefault(world: World, customer: Customer, method: string): void {
  const { customer: owner } = find(
    world,
    'paymentMethods',
    method,
    'invoice_settings[default_payment_method]',
  )
  if (owner !== customer.id) throw refuse('method_of_other', { method })
}

function filled(given: Record<string, string | null | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => (value == null ? [] : [[key, value]])),
  )
}

function methodsOf(world: World, customer: string) {
  return [...world.paymentMethods.values()].filter((method) => method.customer === customer)
}
