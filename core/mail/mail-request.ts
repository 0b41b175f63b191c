import { Type, type Static } from '../../sdk/index.ts'
import type { Trx } from '../db/index.ts'
import { checkInput, type Means } from '../records/index.ts'
import { UnknownTemplate } from './errors.ts'
import { isMailTemplate, isSecret, mailData, type MailData, type MailTemplate } from './mail-data.ts'

/** One address, without anything that a header could be broken with. */
const address = Type.String({
  maxLength: 254,
  pattern: '^[^\\s\\x00-\\x1f\\x7f@<>()\\[\\]",;:\\\\]{1,64}@[^\\s\\x00-\\x1f\\x7f@<>()\\[\\]",;:\\\\]+$',
})
const id = Type.Union([Type.String({ maxLength: 80 }), Type.Null()])

/** The payload of the job "mail.send". `data` is checked against the template's own schema. */
const requestSchema = Type.Object({
  template: Type.String(),
  to: Type.Object({ address, name: Type.String({ maxLength: 200 }) }),
  client_id: Type.Optional(id),
  brand_id: Type.Optional(id),
  /** The record that the mail is about. */
  subject_of: Type.Optional(id),
  locale: Type.String({ maxLength: 35 }),
  data: Type.Record(Type.String(), Type.Unknown()),
  /** A mail with this key goes out once. */
  key: Type.Optional(Type.String({ maxLength: 300 })),
  attachments: Type.Optional(
    Type.Array(Type.Object({ file_id: Type.String(), name: Type.String({ maxLength: 200 }) }), {
      maxItems: 10,
    }),
  ),
})

export type CheckedMail = Static<typeof requestSchema> & { template: MailTemplate }

export interface MailRequest<T extends MailTemplate> extends Omit<Static<typeof requestSchema>, 'data'> {
  template: T
  data: MailData<T>
}

/** Who waits before the screen comes before those who get their monthly invoice. */
const PROMPT = -10

/** Enters a mail in the caller's transaction: it goes out exactly when the act is committed. */
export async function enterMail<T extends MailTemplate>(
  means: Pick<Means, 'jobs'>,
  trx: Trx,
  request: MailRequest<T>,
): Promise<void> {
  const { template, to, client_id, brand_id, subject_of, locale, data, key, attachments } = checkMail(request)
  const payload = {
    template,
    to,
    locale,
    data: data as never,
    client_id,
    brand_id,
    subject_of,
    key,
    attachments,
  }
  const priority = isSecret(template) ? PROMPT : 0
  await means.jobs.enqueue(trx, [{ task: 'mail.send', payload, priority }])
}

/** The request as a checked copy; input.invalid names what is missing. */
export function checkMail(request: unknown): CheckedMail {
  const mail = checkInput(requestSchema, normal(request as Record<string, unknown>))
  if (!isMailTemplate(mail.template)) throw UnknownTemplate({ template: mail.template })
  const data = checkInput(mailData[mail.template], mail.data)
  return { ...mail, template: mail.template, data: data as Record<string, unknown> }
}

/** A bare address is enough, and the page may be given as a path or a link: areas speak of what they have. */
function normal(request: Record<string, unknown>): unknown {
  const data = { ...(request.data as Record<string, unknown>) }
  data.url ??= data.path ?? data.link
  if (data.url === undefined) delete data.url
  const to = typeof request.to === 'string' ? { address: request.to, name: nameIn(data) } : request.to
  return { ...request, to, data }
}

const nameIn = (data: Record<string, unknown>): string => (typeof data.name === 'string' ? data.name : '')
