import type { Instant } from '../kernel/index.ts'
import type { StatefulRow } from '../records/index.ts'

export type MessageStatus = 'queued' | 'sent' | 'failed' | 'withheld'

/** A row of the log, which is the outbox as well. */
export interface MessageRow extends StatefulRow {
  brand_id: string | null
  client_id: string | null
  template: string
  message_key: string
  subject_of: string | null
  to_address: string
  to_name: string
  /** "Name <address>" as it stood when the mail was composed. */
  sender: string
  subject: string
  html: string
  plain: string
  /** JSON: Attachment[]. */
  attachments: string
  status: MessageStatus
  /** How often it was handed out on purpose: 1, and one more for each resend. */
  sends: number
  /** The secret link until it is sent; in html and plain SECRET_LINK stands in its place. */
  sealed_url: string | null
  attempts: number
  last_error: string | null
  sent_at: Instant | null
  created_at: Instant
  updated_at: Instant
}

export interface Attachment {
  file_id: string
  name: string
}

/** Stands in the log where the mail holds a link that lets its reader into an account. */
export const SECRET_LINK = 'https://link-is-not-kept.invalid/'

export const sealPlace = (id: string) => ({ table: 'messages', column: 'sealed_url', row: id })
