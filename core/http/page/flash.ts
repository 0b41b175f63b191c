import type { Flash } from '../../render/index.ts'
import type { Ctx } from '../context.ts'
import { readCookie, writeCookie } from '../chain/session.ts'

const PLACE = { table: 'cookie', column: 'flash', row: '' }

/** A message for the next page, kept in a sealed cookie: nobody can put words into our mouth. */
export function flash(ctx: Ctx, message: Flash): void {
  writeCookie(ctx, 'flash', ctx.state.deps.keys.seal(JSON.stringify([message]), PLACE))
}

/** Each message is shown once. A cookie that cannot be opened is of another installation, or made up. */
export function takeFlashes(ctx: Ctx): Flash[] {
  const sealed = readCookie(ctx, 'flash')
  if (!sealed) return []
  writeCookie(ctx, 'flash', null)
  try {
    return JSON.parse(ctx.state.deps.keys.open(sealed, PLACE)) as Flash[]
  } catch {
    return []
  }
}
