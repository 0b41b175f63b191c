import { sql, type Db, type Trx } from '../../db/index.ts'
import { instant, type Clock, type IdMaker } from '../../kernel/index.ts'
import type { Log } from '../../log/index.ts'
import { HOST_LOSSES_TO_DISABLE, HOST_LOSSES_WINDOW_MS } from '../limits.ts'
import type { HostLosses } from '../ports.ts'

interface LossMeans {
  db: Db
  clock: Clock
  newId: IdMaker
  log: Log
}

/** The lost hosts of all nodes: one that each node loses once or twice is no better than one that one loses three times. */
export function databaseLosses({ db, clock, newId, log }: LossMeans): HostLosses {
  return {
    note: ({ plugin, instance }) =>
      db
        .transaction(async (trx) => {
          await trx.insert('plugin_losses', [
            { id: newId('evt'), plugin_id: plugin, instance_id: instance, lost_at: clock.now() },
          ])
          const since = instant(clock.ms() - HOST_LOSSES_WINDOW_MS)
          const row = await trx.get<{ n: number }>(
            sql`select count(*) as n from plugin_losses where plugin_id = ${plugin} and lost_at > ${since}`,
          )
          return Number(row?.n ?? 0) >= HOST_LOSSES_TO_DISABLE
        })
        .catch((error: unknown) => {
          log.error({ plugin, error: String(error) }, 'a lost plugin host was not counted')
          return false
        }),
  }
}

/** Staff switched the plugin, or it is gone. */
export const forgetLosses = (trx: Trx, plugin: string): Promise<number> =>
  trx.run(sql`delete from plugin_losses where plugin_id = ${plugin}`)
