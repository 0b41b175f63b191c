import type { Trx } from '../db/index.ts'
import type { JobRequest, Json } from '../jobs/index.ts'
import type { Actor } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'

export interface IdentityMail {
  template:
    | 'verify-email'
    | 'account-exists'
    | 'email-asked'
    | 'email-changed'
    | 'reset-password'
    | 'password-changed'
    | 'staff-invite'
    | 'client-account'
    | 'member-invite'
    | 'member-joined'
  to: { email: string; name: string; locale: string }
  brandId: string | null
  clientId?: string | null
  /** What the template shows. `path` is the page of a link, below the brand's or the provider's own address. */
  data: { [name: string]: Json }
  /** The mail with this key is sent once. */
  key: string
}

/** Enters the mail in the caller's transaction: it goes out exactly when the act is committed. */
export async function enterMail(means: Means, trx: Trx, mail: IdentityMail): Promise<void> {
  const job: JobRequest = {
    task: 'mail.send',
    payload: {
      template: mail.template,
      to: { address: mail.to.email, name: mail.to.name },
      client_id: mail.clientId ?? null,
      brand_id: mail.brandId,
      locale: mail.to.locale,
      data: mail.data,
      key: mail.key,
    },
  }
  await means.jobs.enqueue(trx, [job])
}

/** The brand whose pages a guest or client is on; null for staff and jobs, who act for the provider. */
export function brandOf(actor: Actor): string | null {
  return actor.kind === 'guest' || actor.kind === 'client' ? (actor.brandIds[0] ?? null) || null : null
}
