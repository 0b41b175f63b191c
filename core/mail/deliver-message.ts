import { sql } from '../db/index.ts'
import { getFile } from '../files/index.ts'
import { assert, systemActor } from '../kernel/index.ts'
import { applyTransition, updateVersioned, type Means } from '../records/index.ts'
import { escapeText } from '../render/index.ts'
import { MailNotTaken } from './errors.ts'
import { messageLifecycle } from './message-lifecycle.ts'
import { SECRET_LINK, sealPlace, type Attachment, type MessageRow } from './message.ts'
import { shapeMail } from './shape-mail.ts'
import type { MailTransport, OutgoingMail } from './transport.ts'

export interface DeliverMeans extends Means {
  transport: MailTransport
}

const ACTOR = systemActor('mail')

/**
 * The job "mail.deliver": hands a queued mail to the mail server, outside of any transaction, then marks it. When the
 * process dies in between, the next try sends the same Message-ID.
 */
export async function deliverMessage(
  means: DeliverMeans,
  id: string,
  tries: { lastAttempt: boolean },
): Promise<void> {
  const row = await means.db.get<MessageRow>(sql`select * from messages where id = ${id}`)
  if (row?.status !== 'queued') return
  const { subject, withheld } = await shapeMail(means, row)
  if (withheld !== null) return move(means, row, 'withhold', { last_error: withheld })
  const mail = await outgoing(means, { ...row, subject })
  try {
    await means.transport.send(mail)
  } catch (cause) {
    await noteFailure(means, row, { cause, final: tries.lastAttempt || isRefused(cause) })
    return
  }
  const set = {
    attempts: row.attempts + 1,
    last_error: null,
    subject,
    sent_at: means.business.now(),
    sealed_url: null,
  }
  await move(means, row, 'send', set)
}

async function outgoing(means: DeliverMeans, row: MessageRow): Promise<OutgoingMail> {
  const link = row.sealed_url === null ? null : means.keys.open(row.sealed_url, sealPlace(row.id))
  const host = /@([^\s<>@]+?)>?\s*$/.exec(row.sender)?.[1] ?? 'localhost'
  return {
    messageId: `<${row.id}.${row.sends}@${host}>`,
    date: new Date(means.clock.now()),
    from: row.sender,
    to: { address: row.to_address, name: row.to_name },
    subject: row.subject,
    html: link === null ? row.html : row.html.replaceAll(SECRET_LINK, () => escapeText(link)),
    plain: link === null ? row.plain : row.plain.replaceAll(SECRET_LINK, () => link),
    attachments: await readAttachments(means, row),
  }
}

async function readAttachments(means: Means, row: MessageRow): Promise<OutgoingMail['attachments']> {
  const attachments = JSON.parse(row.attachments) as Attachment[]
  return Promise.all(
    attachments.map(async ({ file_id, name }) => {
      const file = await getFile(means.db, file_id)
      assert(file, `the attachment ${file_id} of ${row.id} is in the files`)
      return { name, mediaType: file.media_type, content: await means.files.read(file.sha256) }
    }),
  )
}

/** The server has read the mail and will not take it, now or later: an unknown mailbox, for instance. */
function isRefused(cause: unknown): boolean {
  const { responseCode = 0, command = '' } = cause as { responseCode?: number; command?: string }
  return responseCode >= 500 && responseCode < 600 && ['MAIL FROM', 'RCPT TO', 'DATA'].includes(command)
}

async function noteFailure(
  means: Means,
  row: MessageRow,
  failure: { cause: unknown; final: boolean },
): Promise<void> {
  const { cause, final } = failure
  const problem = String(cause instanceof Error ? cause.message : cause).slice(0, 500)
  const set = { attempts: row.attempts + 1, last_error: problem }
  if (final) {
    await move(means, row, 'fail', set)
    return
  }
  await means.db.transaction((trx) =>
    updateVersioned(means, trx, { table: 'messages', what: 'message', row, set }),
  )
  throw MailNotTaken({ id: row.id, problem }, cause)
}

async function move(
  means: Means,
  row: MessageRow,
  name: 'send' | 'fail' | 'withhold',
  set: Record<string, string | number | null>,
): Promise<void> {
  const body = { template: row.template, subject_of: row.subject_of }
  await means.db.transaction((trx) =>
    applyTransition(means, trx, {
      lifecycle: messageLifecycle,
      row,
      name,
      actor: ACTOR,
      change: { set, body },
    }),
  )
}
