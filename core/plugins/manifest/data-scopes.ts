/** What a plugin may ask to read of our records, by noun, verb and fields. The app says what each of them holds. */
export const DATA_SCOPES: readonly string[] = [
  'client.read:summary',
  'client.read:contact',
  'invoice.read:summary',
  'order.read:summary',
  'order.read:evidence',
  'service.read:summary',
  'payment.read:summary',
  'invoice.read:lines',
]
