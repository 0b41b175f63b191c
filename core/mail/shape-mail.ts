import type { Means } from '../records/index.ts'
import type { MessageRow } from './message.ts'

/** What plugins make of a mail that is about to be sent. */
export interface ShapedMail {
  subject: string
  /** Why it is not to be sent; null when it is. */
  withheld: string | null
}

/**
 * Each plugin sees the subject that the one before it left. A mail with a secret link, such as one to reset a password,
 * cannot be withheld: its reader would be locked out.
 */
export async function shapeMail({ hooks }: Pick<Means, 'hooks'>, row: MessageRow): Promise<ShapedMail> {
  const { template, brand_id, client_id } = row
  let withheld: string | null = null
  const draft = { template, brand_id, client_id, subject: row.subject }
  const { subject } = await hooks.shape('mail.message:shape', draft, (value, answer) => {
    if (row.sealed_url === null) withheld ??= answer.withhold ?? null
    return { ...value, subject: answer.subject === undefined ? value.subject : oneLine(answer.subject) }
  })
  return { subject, withheld }
}

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
