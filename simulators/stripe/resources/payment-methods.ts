import { choice, clearable, email, integer, metadata, object, required, text } from '../inbound/fields.ts'
import { page, pageFields } from '../inbound/lists.ts'
import { mergeMetadata } from '../inbound/metadata.ts'
import { route } from '../inbound/route.ts'
import {
  attachMethod,
  detachMethod,
  secretOf,
  takePaymentMethod,
  takeUsableMethod,
} from '../money/payment-methods.ts'
import { intentError } from '../money/decline.ts'
import { Refusal, refuse } from '../refusals.ts'
import { find } from '../world.ts'

const listFields = {
  ...pageFields,
  customer: text(),
  type: choice(['card', 'sepa_debit', 'us_bank_account', 'bacs_debit']),
}
const changeFields = {
  billing_details: object({ email: clearable(email()), name: clearable(text()), phone: clearable(text()) }),
  card: object({ exp_month: integer(1, 12), exp_year: integer(2000, 2100) }),
  metadata: metadata(),
}

export const paymentMethodRoutes = [
  route('GET /v1/payment_methods', listFields, (world, params) => {
    const all = [...world.paymentMethods.values()].filter(({ customer }) => customer !== null)
    const wanted = all.filter(
      ({ customer, type }) =>
        (params.customer === undefined || customer === params.customer) &&
        (params.type === undefined || type === params.type),
    )
    return page(wanted, params, '/v1/payment_methods')
  }),
  route('GET /v1/mandates/:id', {}, (world, _, id) => find(world, 'mandates', id)),
  route('GET /v1/payment_methods/:id', {}, (world, _, id) => find(world, 'paymentMethods', id)),
  route('POST /v1/payment_methods/:id', changeFields, (world, params, id) => {
    const method = find(world, 'paymentMethods', id)
    if (method.customer === null) throw refuse('method_unattached', { method: id })
    for (const name of ['email', 'name', 'phone'] as const) {
      const value = params.billing_details?.[name]
      if (value !== undefined) method.billing_details[name] = value
    }
    if (params.card && !method.card) throw refuse('parameter_unknown', { param: 'card' })
    if (method.card && params.card) {
      method.card.exp_month = params.card.exp_month ?? method.card.exp_month
      method.card.exp_year = params.card.exp_year ?? method.card.exp_year
    }
    method.metadata = mergeMetadata(method.metadata, params.metadata)
    world.emit('payment_method.updated', method)
    return method
  }),
  route('POST /v1/payment_methods/:id/attach', { customer: required(text()) }, (world, params, id) => {
    const customer = find(world, 'customers', params.customer, 'customer')
    const method = takePaymentMethod(world, id)
    if (method.customer !== null) throw refuse('method_attached', { method: id })
    takeUsableMethod(world, method.id, null)
    const { decline } = secretOf(world, method).card
    if (decline) throw new Refusal(402, { ...intentError(decline, method) }, true)
    attachMethod(world, method, customer.id)
    return method
  }),
  route('POST /v1/payment_methods/:id/detach', {}, (world, _, id) => {
    const method = find(world, 'paymentMethods', id)
    if (method.customer === null) throw refuse('method_unattached', { method: id })
    detachMethod(world, method)
    return method
  }),
]
