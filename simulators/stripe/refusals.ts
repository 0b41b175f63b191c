/**
 * Every request that Stripe turns down, as data: one row a reason. `{name}` in a message is filled when it is raised.
 * Card declines stand in cards.ts.
 */
export interface RefusalRow {
  status: number
  type: 'invalid_request_error' | 'idempotency_error' | 'api_error'
  code?: string
  message: string
}

const invalid = (message: string, code?: string, status = 400): RefusalRow => ({
  status,
  type: 'invalid_request_error',
  message,
  ...(code === undefined ? {} : { code }),
})

export const refusals = {
  // Headers and keys
  auth_missing: invalid('No API key was given. Send "Authorization: Bearer <secret key>".', undefined, 401),
  key_wrong: invalid('Invalid API key provided: {key}.', undefined, 401),
  key_live: invalid('A live key was sent to a test host. Use the sk_test_ key.', undefined, 401),
  key_publishable: invalid(
    'A publishable key may not call this endpoint. Use the secret key.',
    'secret_key_required',
    401,
  ),
  permission_missing: invalid(
    'The provided restricted key does not have the right to {method} {path}. Give it write access to that resource.',
    undefined,
    403,
  ),
  account_unknown: invalid(
    'The key has no access to the connected account "{account}".',
    'account_invalid',
    403,
  ),
  version_missing: invalid(
    "No Stripe-Version header was sent. Without it the account's default version decides the shapes; always pin one.",
  ),
  version_unsupported: invalid('Stripe-Version "{version}" is not spoken here; send {supported}.'),
  content_type: invalid(
    'The body must be application/x-www-form-urlencoded with bracketed names, not "{type}".',
  ),
  body_too_large: invalid('The body is larger than {limit} bytes.', undefined, 413),
  form_malformed: invalid('The form cannot be decoded at "{part}".'),
  route_unknown: invalid('Unrecognized request URL ({method}: {path}).', undefined, 404),
  idempotency_key_long: invalid('The Idempotency-Key has {length} characters; 255 is the most.'),
  idempotency_mismatch: {
    status: 400,
    type: 'idempotency_error',
    message: 'The Idempotency-Key "{key}" was first used with other parameters or another path.',
  },
  idempotency_in_use: {
    status: 409,
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message: 'Another request with the Idempotency-Key "{key}" is still running.',
  },

  // Shapes of parameters
  parameter_unknown: invalid('Received unknown parameter: {param}.', 'parameter_unknown'),
  parameter_missing: invalid('Missing required param: {param}.', 'parameter_missing'),
  parameter_empty: invalid('You passed an empty string for "{param}".', 'parameter_invalid_empty'),
  integer_invalid: invalid('Invalid integer for "{param}": {value}.', 'parameter_invalid_integer'),
  integer_range: invalid(
    '"{param}" must be between {min} and {max}, not {value}.',
    'parameter_invalid_integer',
  ),
  boolean_invalid: invalid('Invalid boolean for "{param}": {value}. Write true or false.'),
  choice_invalid: invalid('Invalid {param}: {value} is not one of {choices}.'),
  text_expected: invalid('Invalid string for "{param}": nested fields were sent.'),
  text_long: invalid('"{param}" has {length} characters; {max} is the most.'),
  object_expected: invalid('Invalid object for "{param}": write {param}[field]=value.'),
  list_expected: invalid('Invalid array for "{param}": write {param}[0]=value.'),
  url_invalid: invalid('Not a valid URL for "{param}": {value}.', 'url_invalid'),
  email_invalid: invalid('Invalid email address for "{param}": {value}.', 'email_invalid'),
  metadata_count: invalid('"{param}" has {count} keys; 50 is the most.'),
  metadata_key: invalid('A key of "{param}" has {length} characters; 40 is the most.'),
  metadata_value: invalid('The value of "{param}" has {length} characters; 500 is the most.'),
  expand_invalid: invalid('This property cannot be expanded: {param}.'),

  // Parameters that older examples still send
  payment_method_types_removed: invalid(
    'The request parameter payment_method_types is gone since 2026-09-30.endive. Use allowed_payment_method_types or excluded_payment_method_types, or leave both out.',
    'parameter_unknown',
  ),
  ui_mode_renamed: invalid(
    'The ui_mode "{value}" was renamed in 2026-03-25.dahlia. Use hosted_page, embedded_page, elements or form.',
  ),
  success_url_unhosted: invalid('success_url cannot be used with ui_mode {mode}; give return_url instead.'),

  // Money
  currency_invalid: invalid('Invalid currency: {value}.'),
  amount_too_small: invalid(
    'The amount {amount} is below the smallest charge of {least} {currency}.',
    'amount_too_small',
  ),
  amount_too_large: invalid(
    'The amount {amount} is above the largest charge of {most} {currency}.',
    'amount_too_large',
  ),
  amount_step: invalid('The amount {amount} in {currency} must be a multiple of {step}.'),
  currencies_mixed: invalid('All line items must have one currency; "{param}" has another.'),

  // Objects and their states
  resource_missing: invalid('No such {kind}: "{id}".', 'resource_missing', 404),
  off_session_unconfirmed: invalid('off_session=true can only be used with confirm=true.'),
  confirm_only: invalid('"{param}" can only be used with confirm=true.'),
  intent_state: invalid(
    'This PaymentIntent cannot be {verb} because its status is {status}.',
    'payment_intent_unexpected_state',
  ),
  setup_state: invalid(
    'This SetupIntent cannot be {verb} because its status is {status}.',
    'setup_intent_unexpected_state',
  ),
  intent_method_missing: invalid(
    'The intent has no payment method to confirm with.',
    'payment_intent_unexpected_state',
  ),
  capture_too_much: invalid('{amount} was asked for, but only {left} can be captured.', 'amount_too_large'),
  method_of_other: invalid(
    'The payment method {method} belongs to another customer, or no customer was named.',
    'payment_method_unexpected_state',
  ),
  method_attached: invalid(
    'The payment method {method} is already attached to a customer.',
    'payment_method_unexpected_state',
  ),
  method_unattached: invalid(
    'The payment method {method} is not attached to a customer.',
    'payment_method_unexpected_state',
  ),
  method_consumed: invalid(
    'The payment method {method} was detached, or used without being attached to a customer, and may not be used again.',
    'payment_method_unexpected_state',
  ),
  debit_currency: invalid('A payment method of type {type} cannot pay in {currency}.'),
  debit_manual: invalid('Payment methods of type {type} cannot be captured later.'),
  mandate_inactive: invalid(
    'The mandate of the payment method {method} is no longer active.',
    'payment_intent_mandate_invalid',
  ),
  types_exclusive: invalid(
    'Only one of allowed_payment_method_types and excluded_payment_method_types may be given.',
    'parameters_exclusive',
  ),
  types_none: invalid('No payment method type is left for this {currency} session.'),
  expires_at_range: invalid('expires_at must lie between 30 minutes and 24 hours after creation.'),
  mode_unsupported: invalid('Checkout mode {mode} is not simulated; use payment or setup.'),
  mode_mismatch: invalid('"{param}" cannot be used with mode {mode}.'),
  customer_exclusive: invalid(
    'Only one of customer and customer_email may be given.',
    'parameters_exclusive',
  ),
  session_closed: invalid('Only open sessions can be expired; this one is {status}.'),
  refund_target: invalid('Give payment_intent or charge.', 'parameter_missing'),
  refund_uncharged: invalid('There is no captured charge to refund.', 'charge_not_refundable'),
  refund_done: invalid('Charge {charge} has already been refunded.', 'charge_already_refunded'),
  refund_too_much: invalid('Refund amount {amount} is greater than the unrefunded amount {left}.'),
  refund_disputed: invalid('Charge {charge} has been charged back.', 'charge_disputed'),
  refund_not_cancelable: invalid(
    'A refund can only be canceled while it requires_action; this one is {status}.',
  ),
  dispute_closed: invalid('The dispute is closed; its status is {status}.'),
  event_unknown: invalid('Unknown event type in enabled_events: {value}.'),
  query_invalid: invalid('The search query must read metadata["key"]:"value".'),
} as const satisfies Record<string, RefusalRow>

export type RefusalName = keyof typeof refusals

/** The body of Stripe's `error` object. */
export interface ErrorBody {
  type: string
  message: string
  [field: string]: unknown
}

/** Thrown by any part of the simulator; the server turns it into the answer. */
export class Refusal extends Error {
  readonly status: number
  readonly body: ErrorBody
  /** Whether the answer is kept under the idempotency key: yes once execution has begun (declines), else no. */
  readonly kept: boolean

  constructor(status: number, body: ErrorBody, kept = false) {
    super(body.message)
    this.name = 'Refusal'
    this.status = status
    this.body = body
    this.kept = kept
  }
}

/** Makes the refusal of a row. `param` is also sent as the error's own field, as Stripe does. */
export function refuse(name: RefusalName, given: Record<string, string | number> = {}): Refusal {
  const row: RefusalRow = refusals[name]
  const message = row.message.replace(/\{(\w+)\}/g, (slot, key: string) => String(given[key] ?? slot))
  return new Refusal(row.status, {
    type: row.type,
    ...(row.code === undefined ? {} : { code: row.code }),
    message,
    ...(given['param'] === undefined ? {} : { param: String(given['param']) }),
  })
}
