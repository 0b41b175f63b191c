import { defineError } from '../kernel/index.ts'

export const CurrencyFixed = defineError(
  'client.currency_fixed',
  409,
  (p: { currency: string }) =>
    `The currency stays ${p.currency}, because documents were issued in it. Another currency needs another account.`,
)
export const CurrencyTaken = defineError(
  'client.currency_taken',
  409,
  (p: { currency: string }) => `You have an account in ${p.currency} already. Switch to that one.`,
)
export const ClientNotActive = defineError(
  'client.not_active',
  409,
  () => 'This account is suspended or closed, so no other is opened from it. Please write to the provider.',
)
export const FieldLocked = defineError(
  'client.field_locked',
  403,
  (p: { field: string }) =>
    `The field "${p.field}" can only be changed by the provider. Please write to them.`,
)
export const LastMember = defineError(
  'membership.last_owner',
  409,
  () => 'A client needs an owner. Make another member the owner first.',
)
export const AlreadyMember = defineError(
  'membership.exists',
  409,
  (p: { email: string }) => `${p.email} is a member already. Change the rights there.`,
)
export const ExceedsOwnRights = defineError(
  'membership.exceeds_own',
  403,
  (p: { right: string }) => `You do not hold "${p.right}" yourself, so you cannot give or take it.`,
)
export const ClientGroupInUse = defineError(
  'client_group.in_use',
  409,
  (p: { name: string; clients: number }) =>
    `The group "${p.name}" still has ${p.clients} clients. Move them to another group first.`,
)
export const OwnMembership = defineError(
  'membership.own',
  403,
  () => 'Your own rights are changed by others: an owner, or whoever holds them.',
)
export const OutlastsOwn = defineError(
  'membership.outlasts_own',
  403,
  (p: { ends_at: string }) => `Your own rights end at ${p.ends_at}, so you cannot give any that last longer.`,
)
