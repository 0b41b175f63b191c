import type { Static } from '../../sdk/index.ts'
import { sql } from '../db/index.ts'
import { NotFound, type Actor } from '../kernel/index.ts'
import { readSetting, writeSetting, type Means } from '../records/index.ts'
import { noticeRules } from './notice-rules.ts'

type Rules = Static<(typeof noticeRules)['schema']>

/** Rules tell of every brand, so only staff of all of them change any. */
export async function changeNoticeRules(
  means: Means,
  actor: Actor,
  change: (rules: Rules) => Rules,
): Promise<void> {
  if (actor.kind === 'staff' && actor.brandIds !== 'all')
    throw NotFound({ what: 'settings', id: 'installation' })
  await means.db.transaction(async (trx) => {
    // Two who add at once wait for each other, the first time too: the row is there and touched before it is read.
    await trx.run(sql`
      insert into settings (scope, scope_id, key, value, updated_by, updated_at)
      values ('installation', '', ${noticeRules.key}, ${JSON.stringify(noticeRules.preset)}, ${actor.id}, ${means.business.now()})
      on conflict (scope, scope_id, key) do update set version = settings.version`)
    const value = change(await readSetting(trx, noticeRules))
    const place = { setting: noticeRules, scope: 'installation', scopeId: '', value } as const
    await writeSetting(means, trx, place, actor)
  })
}
