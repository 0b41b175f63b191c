import { defineError } from '../kernel/index.ts'

export const UnknownTemplate = defineError(
  'message.unknown_template',
  422,
  (p: { template: string }) => `There is no mail template "${p.template}" in core/mail/mail-data.ts.`,
)

export const MailNotTaken = defineError(
  'message.not_taken',
  502,
  (p: { id: string; problem: string }) =>
    `The mail server did not take the message ${p.id}: ${p.problem}. It is tried again.`,
)

export const MailServerMissing = defineError(
  'message.no_mail_server',
  503,
  () => 'No mail server is configured. Set SMTP_URL, for instance smtps://user:password@mail.example.com.',
)

export const LinkSpent = defineError(
  'message.link_spent',
  409,
  (p: { id: string }) =>
    `The message ${p.id} held a link that works once and is not kept. Ask for a new one instead.`,
)
