import { defineError } from '../../kernel/index.ts'
import type { ObstacleName } from './obstacles.ts'

export const TransferBlocked = defineError(
  'service_transfer.blocked',
  409,
  (p: { id: string; obstacle: ObstacleName; about: string | null }) =>
    `The service ${p.id} cannot pass to another client now: ${p.obstacle.replaceAll('_', ' ')}${p.about === null ? '' : ` (${p.about})`}. Settle that first.`,
)
export const TransferOffered = defineError(
  'service_transfer.offered_already',
  409,
  (p: { id: string }) => `The service ${p.id} is offered to somebody already. Withdraw that offer first.`,
)
export const TransferOver = defineError(
  'service_transfer.over',
  409,
  (p: { id: string }) => `The offer ${p.id} does not stand any more. Nothing was changed.`,
)
export const TransferChanged = defineError(
  'service_transfer.changed',
  409,
  (p: { id: string }) => `What the offer ${p.id} holds has changed since it was shown. Look at it again.`,
)
export const TransferToItself = defineError(
  'service_transfer.same_client',
  409,
  () => 'The service belongs to this client already. Choose another one.',
)
export const TransferCurrency = defineError(
  'service_transfer.currency',
  409,
  (p: { currency: string; expected: string }) =>
    `The service is charged in ${p.expected}, this account pays in ${p.currency}. Use an account in ${p.expected}.`,
)
export const TransferBrand = defineError(
  'service_transfer.brand',
  409,
  () => 'The service belongs to another brand than this client. Choose a client of its brand.',
)
export const TransferUnpriced = defineError(
  'service_transfer.not_priced',
  409,
  (p: { id: string; product: string }) =>
    `"${p.product}" has no price for this client as it was chosen. Staff may move it at the price that it has.`,
)
