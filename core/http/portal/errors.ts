import { defineError } from '../../kernel/index.ts'

export const AmountChanged = defineError(
  'invoice.amount_changed',
  409,
  (p: { number: string }) =>
    `The sum of invoice ${p.number} has changed since this page was loaded. Look at it again before you pay.`,
)

export const NothingPicked = defineError('invoice.none_picked', 422, () => 'Tick at least one invoice.')
