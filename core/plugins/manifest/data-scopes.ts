import { writeScopes, type WriteScope } from '../../../sdk/index.ts'

/** What a plugin may ask to read of our records, by noun, verb and fields. The app says what each of them holds. */
export const READ_SCOPES: readonly string[] = [
  'client.read:summary',
  'client.read:contact',
  'invoice.read:summary',
  'order.read:summary',
  'order.read:evidence',
  'service.read:summary',
  'payment.read:summary',
  'invoice.read:lines',
]

/** What a plugin may ask for: to read, and to have written. */
export const DATA_SCOPES: readonly string[] = [...READ_SCOPES, ...Object.keys(writeScopes)]

/** Writes that cost somebody money: a person decides, unless the plugin was granted caps. */
export const WAITING_SCOPES: readonly string[] = ['client.write:billable_item'] satisfies WriteScope[]
