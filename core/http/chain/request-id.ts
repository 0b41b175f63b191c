import { guestActor } from '../../kernel/index.ts'
import type { AreaFrames, Step } from '../context.ts'
import type { HttpDeps } from '../deps.ts'
import { areaOf, type ReadArrival } from './arrival.ts'
import { emptyForm } from './read-body.ts'

/** Fills the state, so that every later step, and the error exit at any of them, finds something it can use. */
export function requestId(deps: HttpDeps, frames: AreaFrames, arrival: ReadArrival): Step {
  const reading = { ...deps, db: deps.db.kept ?? deps.db }
  return (ctx, next) => {
    const id = deps.newId('req')
    const { address, secure, origin } = arrival(ctx.req)
    ctx.res.setHeader('X-Request-Id', id)
    ctx.state = {
      // Pages that only show something read again and again what nobody has changed.
      deps: ctx.method === 'GET' ? reading : deps,
      frames,
      requestId: id,
      address,
      secure,
      origin,
      area: areaOf(ctx.path),
      form: emptyForm(),
      uploads: new Map(),
      formKeys: {},
      brand: null,
      signedIn: null,
      actor: guestActor('', { requestId: id, address }),
      client: null,
      guest: '',
      locale: 'en',
      zone: 'UTC',
      currency: '',
      theme: 'system',
      t: deps.messages.translator('en'),
    }
    return next()
  }
}
