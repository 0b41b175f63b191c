import './hooks.ts'
export { addMembership, type NewMembership } from './add-membership.ts'
export * from './change-client.ts'
export * from './client-groups.ts'
export { clientLifecycle } from './client-lifecycle.ts'
export { lockedFields, profileFields } from './client-settings.ts'
export * from './client-status.ts'
export * from './contacts.ts'
export { addClient, createClient, fixCurrency, type NewClient } from './create-client.ts'
export * from './errors.ts'
export { findClient, findOfClient } from './find-client.ts'
export * from './list-clients.ts'
export * from './accept-invitation.ts'
export * from './invitations.ts'
export {
  changeMembership,
  createMembership,
  deleteMembership,
  listMemberships,
  type ListedMembership,
} from './memberships.ts'
export * from './right-sets.ts'
export * from './notes.ts'
export { openAccount, openCurrencies } from './open-account.ts'
export { Profile, profileColumns } from './profile.ts'
export * from './rows.ts'
export { prepareRegistration, registerClient, signUp, type Registration } from './sign-up.ts'
