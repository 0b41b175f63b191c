import { defineError } from '../kernel/index.ts'

export const SignInFailed = defineError(
  'sign_in.failed',
  422,
  () => 'This e-mail address and password do not fit together. Check both, or ask for a reset link.',
)
export const AccountDisabled = defineError(
  'sign_in.account_disabled',
  403,
  () => 'This account is disabled. Please write to the provider to have it enabled again.',
)
export const TooManyAttempts = defineError(
  'rate_limit.exceeded',
  429,
  (p: { works_again_at: string; seconds: number }) =>
    `That was tried too often. It works again in ${waitInWords(p.seconds)}.`,
)
export const EmailTaken = defineError(
  'user.email_taken',
  409,
  (p: { email: string }) =>
    `There is an account with the e-mail address ${p.email} already. Sign in instead.`,
)
export const LinkInvalid = defineError(
  'link.invalid',
  410,
  (p: { reason: 'unknown' | 'used' | 'expired' }) => `${LINK_REASONS[p.reason]} Ask for a new one.`,
)
export const ConfirmationNeeded = defineError(
  'session.confirmation_needed',
  403,
  () => 'Please confirm with your password first. A confirmation holds for 10 minutes.',
)
export const PersonNeeded = defineError(
  'session.person_needed',
  403,
  () => 'Only a signed-in person can do this; an API key or a job cannot.',
)
export const ExceedsOwnPermissions = defineError(
  'role.exceeds_own',
  403,
  (p: { permission: string }) =>
    `You do not hold "${p.permission}" yourself, so you cannot give it to others or manage who holds it.`,
)
export const LastOwner = defineError(
  'staff.last_owner',
  409,
  () => 'Somebody must keep all permissions. Make another staff member an owner first.',
)
export const UserOfOtherBrands = defineError(
  'user.of_other_brands',
  403,
  () =>
    'This account acts for clients of brands that are not yours, too. Somebody who works for all of them can do this.',
)
export const RoleInUse = defineError(
  'role.in_use',
  409,
  (p: { staff: number }) => `The role is held by ${p.staff} staff members. Give them another role first.`,
)
export const AlreadySetUp = defineError(
  'installation.already_set_up',
  409,
  () => 'This installation is set up already. Sign in as staff to change it.',
)
export const SetUpTokenWrong = defineError(
  'installation.token_wrong',
  403,
  () => 'The set-up token is not right. It is printed each time Berth starts, until it is set up.',
)

const LINK_REASONS = {
  unknown: 'This link is not known here; perhaps a part of it was lost.',
  used: 'This link was used already, or replaced by a newer one.',
  expired: 'This link is too old.',
}

function waitInWords(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  return seconds < 60 ? `${seconds} seconds` : `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`
}
