import { Type } from '../../sdk/index.ts'
import { sql } from '../db/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { enterMail } from './mail-request.ts'

/** Sends whoever asks a mail at their own address, to see that mails leave and arrive. Answers the address. */
export const sendTestMail = defineVerb(
  { permission: 'message.send_test', audience: ['staff'], input: Type.Object({}) },
  (means: Means, _input, actor): Promise<string> =>
    means.db.transaction(async (trx) => {
      const user = await trx.get<{ email: string; name: string; locale: string }>(
        sql`select email, name, locale from users where id = ${actor.id}`,
      )
      const { email: address, name, locale } = user!
      const data = { url: '/admin/messages', asked_at: means.clock.now() }
      await enterMail(means, trx, { template: 'mail-works', to: { address, name }, locale, data })
      return address
    }),
)
