import type { Ctx } from '../context.ts'
import { ShopNotOpen } from '../errors.ts'
import { realmOf } from '../chain/session.ts'

/** The realm of this side: of the brand's customers, or of staff. */
export async function requireRealm(ctx: Ctx): Promise<string> {
  const realm = await realmOf(ctx)
  if (realm === null) throw ShopNotOpen({})
  return realm
}

export const isStaffSide = (ctx: Ctx): boolean => ctx.state.area === 'admin'

/** The same page on either side: "/sign-in" or "/admin/sign-in". */
export const onThisSide = (ctx: Ctx, path: string): string => (isStaffSide(ctx) ? `/admin${path}` : path)

export const homeOf = (ctx: Ctx): string => (isStaffSide(ctx) ? '/admin' : '/portal')
