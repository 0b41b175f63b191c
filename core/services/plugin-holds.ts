import { Type } from '../../sdk/index.ts'
import { sql } from '../db/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { HoldMissing } from './errors.ts'
import { liftHold } from './lift-hold.ts'
import { lockOwnService } from './load.ts'
import { placeHold } from './place-hold.ts'

/**
 * A plugin holds a service: it is suspended until every hold is lifted. Each instance has a hold of its own, of which
 * the service shows one, so that none lifts what another one placed. The same again changes nothing.
 */
export const placePluginHold = defineVerb(
  {
    permission: 'service.place_plugin_hold',
    asks: ['service.hold:check'],
    audience: ['plugin'],
    input: Type.Object({ service_id: Type.String(), note: Type.String({ minLength: 1, maxLength: 500 }) }),
  },
  (means: Means, { service_id, note }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const wanted = { id: service_id, right: 'service.place_plugin_hold' }
      const service = await lockOwnService(trx, actor, wanted)
      await trx.run(sql`
        insert into service_plugin_holds (service_id, instance_id, note, placed_at)
        values (${service.id}, ${actor.id}, ${note}, ${means.business.now()})
        on conflict (service_id, instance_id) do nothing`)
      await placeHold(means, trx, { service, reason: 'plugin', note: `${actor.name}: ${note}` }, actor)
    }),
)

/** Lifts the hold of this instance; the service runs again when no other one is left. */
export const liftPluginHold = defineVerb(
  {
    permission: 'service.lift_plugin_hold',
    asks: ['service.lift:check'],
    audience: ['plugin'],
    input: Type.Object({ service_id: Type.String() }),
  },
  (means: Means, { service_id }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const wanted = { id: service_id, right: 'service.lift_plugin_hold' }
      const service = await lockOwnService(trx, actor, wanted)
      const lifted = await trx.run(sql`
        delete from service_plugin_holds where service_id = ${service.id} and instance_id = ${actor.id}`)
      if (lifted === 0) throw HoldMissing({ id: service.id, reason: 'plugin' })
      const other = await trx.get(
        sql`select instance_id from service_plugin_holds where service_id = ${service.id} limit 1`,
      )
      if (!other) await liftHold(means, trx, { service, reason: 'plugin' }, actor)
    }),
)
