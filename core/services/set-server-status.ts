import { Type } from '../../sdk/index.ts'
import { sql } from '../db/index.ts'
import { NotFound } from '../kernel/index.ts'
import { applyTransition, defineVerb, type Means } from '../records/index.ts'
import { ServerInUse } from './errors.ts'
import { forUpdate } from './load.ts'
import { countServices } from './pick-server.ts'
import type { ServerRow } from './rows.ts'
import { serverLifecycle } from './server-lifecycle.ts'

/** Maintenance stops new deliveries to a server; disabling it needs it to be empty. */
export const setServerStatus = defineVerb(
  {
    permission: 'server.set_status',
    asks: ['server.activate:check', 'server.maintain:check', 'server.disable:check'],
    audience: ['staff'],
    input: Type.Object({
      server_id: Type.String(),
      act: Type.Enum({ activate: 'activate', maintain: 'maintain', disable: 'disable' } as const),
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const row = await trx.get<ServerRow>(
        sql`select * from servers where id = ${input.server_id} ${forUpdate(trx)}`,
      )
      if (!row) throw NotFound({ what: 'server', id: input.server_id })
      const services = (await countServices(trx, [row.id])).get(row.id) ?? 0
      if (input.act === 'disable' && services > 0) throw ServerInUse({ id: row.id, services })
      // A silence from before is of a server that has changed since.
      const change = { set: { unanswered: 0 } }
      await applyTransition(means, trx, { lifecycle: serverLifecycle, row, name: input.act, actor, change })
    }),
)
