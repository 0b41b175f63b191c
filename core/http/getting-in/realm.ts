import { staffRealm } from '../../identity/index.ts'
import type { Ctx } from '../context.ts'
import { ShopNotOpen } from '../errors.ts'

/** The realm of this side: of the brand's customers, or of staff. */
export async function requireRealm(ctx: Ctx): Promise<string> {
  if (isStaffSide(ctx)) return (await staffRealm(ctx.state.deps.db)).id
  const { brand } = ctx.state
  if (!brand) throw ShopNotOpen({})
  return brand.realm_id
}

export const isStaffSide = (ctx: Ctx): boolean => ctx.state.area === 'admin'

/** The same page on either side: "/sign-in" or "/admin/sign-in". */
export const onThisSide = (ctx: Ctx, path: string): string => (isStaffSide(ctx) ? `/admin${path}` : path)

export const homeOf = (ctx: Ctx): string => (isStaffSide(ctx) ? '/admin' : '/portal')
