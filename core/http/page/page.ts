import type { Frame, Html, TargetedPart } from '../../render/index.ts'
import type { Ctx } from '../context.ts'
import { contentPolicy } from '../chain/security-headers.ts'
import { drawSlotAlone, drawSlots, slotId, type SlotWish } from '../plugin-places/slots.ts'
import { flash } from './flash.ts'
import { frameOf, plainFrame, type FrameWish } from './frame.ts'
import { isBoosted, isPartial, targetId } from './htmx.ts'

export interface PageWish extends FrameWish {
  status?: number
  /** Parts that htmx may ask for alone: id of the element → template and view. */
  parts?: Readonly<Record<string, readonly [template: string, view: object]>>
  /** The page holds a frame of our own house: a mail as it was sent, a gateway's card fields. */
  framed?: boolean
  /** Places of this page in which plugins may show something. */
  slots?: readonly SlotWish[]
}

/** Answers the page, or the one part of it that htmx asks for. */
export async function page(ctx: Ctx, template: string, view: object, wish: PageWish): Promise<void> {
  // A page that is only swapped in keeps the policy of the one before it.
  if (wish.framed && isBoosted(ctx)) return loadWhole(ctx)
  const part = isPartial(ctx) ? wish.parts?.[targetId(ctx) ?? ''] : undefined
  if (part) return fragment(ctx, part[0], part[1])
  const late = isPartial(ctx) && wish.slots?.find(({ slot }) => slotId(slot) === targetId(ctx))
  if (late) return fragment(ctx, 'components/slot', await drawSlotAlone(ctx, late))
  const slots = wish.slots && (await drawSlots(ctx, wish.slots))
  const frame = await frameOf(ctx, slots ? { ...wish, frame: { ...wish.frame, slots } } : wish)
  if (wish.framed) ctx.set('Content-Security-Policy', contentPolicy({ framed: true }))
  send(ctx, ctx.state.deps.renderer.page(template, view, frame), wish.status)
}

/** htmx then goes to the address itself. */
export function loadWhole(ctx: Ctx): void {
  ctx.status = 200
  ctx.set('HX-Redirect', ctx.url)
  ctx.body = ''
}

/** Answers one part. */
export function fragment(ctx: Ctx, template: string, view: object, status?: number): void {
  send(ctx, ctx.state.deps.renderer.fragment(template, view, partFrame(ctx)), status)
}

export interface Done {
  /** The page that shows the result, for a browser without htmx. */
  href: string
  /** "Invoice 2026-0012 was sent." */
  message?: string
  /** The part that is swapped in; without it the page is loaded anew. */
  part?: readonly [template: string, view: object]
  /** Further parts that the change touched. */
  others?: readonly TargetedPart[]
}

/** After a change: the parts that it touched, with the message as a toast; or 303 to the page, with a flash. */
export function fragmentOrSeeOther(ctx: Ctx, done: Done): void {
  if (!isPartial(ctx) || !done.part) {
    if (done.message) flash(ctx, { tone: 'good', text: done.message })
    return seeOther(ctx, done.href)
  }
  const toast: TargetedPart[] = done.message
    ? [
        {
          template: 'components/toast',
          view: { tone: 'good', text: done.message },
          target: '#toasts',
          swap: 'beforeend',
        },
      ]
    : []
  const [template, view] = done.part
  const others = [...(done.others ?? []), ...toast]
  send(ctx, ctx.state.deps.renderer.parts({ template, view }, others, partFrame(ctx)))
}

/** To another page. htmx is told to load it whole when it had asked for a part. */
export function seeOther(ctx: Ctx, href: string): void {
  if (isPartial(ctx)) {
    ctx.status = 200
    ctx.set('HX-Redirect', href)
    ctx.body = ''
    return
  }
  ctx.status = 303
  ctx.set('Location', href)
  ctx.body = ''
}

/** Parts know the reader and carry the form token; navigation and messages belong to pages. */
const partFrame = (ctx: Ctx): Frame => plainFrame(ctx, { title: '', area: ctx.state.area })

export function send(ctx: Ctx, html: string | Html, status = 200): void {
  ctx.status = status
  ctx.body = html
  // After the body: Koa takes an object to be JSON.
  ctx.res.setHeader('Content-Type', 'text/html; charset=utf-8')
}
