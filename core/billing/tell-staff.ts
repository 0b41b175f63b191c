import { sql, type Trx } from '../db/index.ts'
import { covers } from '../kernel/index.ts'
import { enterMail, type MailData, type MailTemplate } from '../mail/index.ts'
import type { Means } from '../records/index.ts'

/** A mail to all active staff who hold a permission, each in their own language. */
export async function tellStaff<T extends MailTemplate>(
  means: Means,
  trx: Trx,
  mail: {
    /** Null: about the installation. */
    brandId: string | null
    permission: string
    template: T
    data: MailData<T>
    subject: string
    key: string
  },
): Promise<void> {
  const staff = await trx.all<{
    id: string
    email: string
    name: string
    locale: string
    permissions: string
  }>(sql`
    select s.id, u.email, u.name, u.locale, r.permissions from staff s join users u on u.id = s.user_id join roles r on r.id = s.role_id
    where s.status = 'active' order by s.id`)
  for (const member of staff) {
    if (!covers(JSON.parse(member.permissions) as string[], mail.permission)) continue
    await enterMail(means, trx, {
      template: mail.template,
      to: { address: member.email, name: member.name },
      brand_id: mail.brandId,
      subject_of: mail.subject,
      locale: member.locale,
      key: `${mail.key}/${member.id}`,
      data: mail.data,
    })
  }
}
