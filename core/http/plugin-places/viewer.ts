import type { Static } from '../../../sdk/index.ts'
import type { addOnOperations } from '../../../sdk/index.ts'
import type { Ctx } from '../context.ts'

export type Viewer = Static<typeof addOnOperations.draw_slot.input>['viewer']

/** For whom a plugin draws; rights were checked before it is asked. */
export function viewerOf({ state }: Ctx): Viewer {
  const { area, client, locale } = state
  if (area === 'admin') return { kind: 'staff', locale }
  return client ? { kind: 'client', client_id: client.id, locale } : { kind: 'guest', locale }
}

/** Addresses of what plugins add lie below the area in which they are seen. */
export const placeBase = (ctx: Ctx): string => {
  const { area } = ctx.state
  return area === 'portal' || area === 'admin' ? `/${area}/x` : '/x'
}
