import { sql } from '../db/index.ts'
import type { Id } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import type { MailBrand, MailDrawer } from './draw-mail.ts'
import { isSecret } from './mail-data.ts'
import { checkMail, type CheckedMail } from './mail-request.ts'
import { messageLifecycle } from './message-lifecycle.ts'
import { SECRET_LINK, sealPlace, type MessageRow } from './message.ts'

export interface ComposeMeans extends Means {
  drawer: MailDrawer
  /** The brand with this id, or the provider itself for null. */
  mailBrand(brandId: string | null): Promise<MailBrand>
}

/**
 * The job "mail.send": writes the mail into the log and enters its delivery in the same transaction. Running it again
 * finds the key and does nothing, so that one request is one mail.
 */
export async function composeMessage(means: ComposeMeans, request: unknown, jobId: string): Promise<void> {
  const mail = checkMail(request)
  const brand = await means.mailBrand(mail.brand_id ?? null)
  const row = makeRow(means, mail, brand, mail.key ?? `job:${jobId}`)
  await means.db.transaction(async (trx) => {
    const known = await trx.get(sql`select id from messages where message_key = ${row.message_key}`)
    if (known) return
    await trx.insert('messages', [row])
    await means.jobs.enqueue(trx, [deliverJob(row)])
  })
}

export const deliverJob = (row: { id: string; template: string }) => ({
  task: 'mail.deliver',
  payload: { id: row.id },
  key: `mail.deliver:${row.id}`,
  priority: isSecret(row.template) ? -10 : 0,
})

function makeRow(means: ComposeMeans, mail: CheckedMail, brand: MailBrand, key: string): MessageRow {
  const id: Id<'msg'> = means.newId('msg')
  const url = absolute(String(mail.data.url ?? '/sign-in'), brand)
  const secret = isSecret(mail.template)
  const drawn = means.drawer.draw(mail, brand, secret ? SECRET_LINK : url)
  const now = means.business.now()
  return {
    id,
    brand_id: mail.brand_id ?? null,
    client_id: mail.client_id ?? null,
    template: mail.template,
    message_key: key,
    subject_of: mail.subject_of ?? null,
    to_address: mail.to.address,
    to_name: mail.to.name,
    sender: brand.sender,
    ...drawn,
    attachments: JSON.stringify(mail.attachments ?? []),
    status: messageLifecycle.initial as MessageRow['status'],
    sends: 1,
    sealed_url: secret ? means.keys.seal(url, sealPlace(id)) : null,
    attempts: 0,
    last_error: null,
    sent_at: null,
    version: 1,
    created_at: now,
    updated_at: now,
  }
}

const absolute = (url: string, brand: MailBrand): string =>
  new URL(url.startsWith('/') ? brand.address + url : url).href
