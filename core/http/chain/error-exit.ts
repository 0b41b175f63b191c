import { frameOf, plainFrame, seeOther } from '../page/index.ts'
import type { Ctx, Step } from '../context.ts'
import type { HttpDeps } from '../deps.ts'
import { PageNotFound, ShopNotOpen } from '../errors.ts'
import { faultOf, faultText, type Fault } from '../fault.ts'
import { isPartial } from '../page/htmx.ts'
import { send } from '../page/page.ts'
import { auditForeignId } from './foreign-id.ts'
import { noteRefusal } from './note-refusal.ts'

/** The one place where an error becomes an answer of a page. It needs no database. */
export const errorExit: Step = async (ctx, next) => {
  try {
    await next()
    if (ctx.status === 404 && (ctx.body === null || ctx.body === undefined))
      throw PageNotFound({ path: ctx.path })
  } catch (error) {
    await answerError(ctx, error)
  }
}

async function answerError(ctx: Ctx, error: unknown): Promise<void> {
  const fault = faultOf(error)
  logFault(ctx, fault, error)
  auditForeignId(ctx, fault)
  await noteRefusal(ctx, error)
  if (fault.code === 'actor.not_signed_in' || fault.code === 'session.confirmation_needed')
    return leadTo(ctx, fault.code === 'actor.not_signed_in' ? '/sign-in' : '/confirm')
  const wait = fault.params.seconds
  if (fault.status === 429 && typeof wait === 'number') ctx.set('Retry-After', String(wait))
  if (isPartial(ctx) || (ctx.get('HX-Request') !== '' && ctx.method === 'POST'))
    return answerToast(ctx, fault)
  await answerPage(ctx, fault)
}

/** Bugs once, with the reference that the reader sees; refusals are the reader's own business. */
function logFault(ctx: Ctx, fault: Fault, error: unknown): void {
  const { deps, requestId } = ctx.state
  if (fault.code === ShopNotOpen.code) logNotOpen(deps)
  else if (fault.bug) deps.log.error({ request: requestId, path: ctx.path, err: error }, 'request failed')
  else if (fault.status >= 500) deps.log.warn({ request: requestId, code: fault.code }, fault.message)
}

const toldNotOpen = new WeakSet<HttpDeps>()

/** A shop that nobody has set up yet is no trouble, and once is enough however many look. */
function logNotOpen(deps: HttpDeps): void {
  if (toldNotOpen.has(deps)) return
  toldNotOpen.add(deps)
  deps.log.info({ code: ShopNotOpen.code }, 'visitors find no shop yet: it was not set up')
}

/** After signing in or confirming one comes back; to the page of the form when it was a post. */
function leadTo(ctx: Ctx, page: '/sign-in' | '/confirm'): void {
  const { area } = ctx.state
  const next = ctx.method === 'GET' && !isPartial(ctx) ? ctx.url : (formPage(ctx) ?? '/')
  const address = `${area === 'admin' ? '/admin' : ''}${page}?next=${encodeURIComponent(next)}`
  if (ctx.get('HX-Request') !== '') {
    ctx.status = 401
    ctx.set('HX-Redirect', address)
    ctx.body = ''
  } else seeOther(ctx, address)
}

/** Ours alone: a page elsewhere leads nobody back to itself. */
function formPage(ctx: Ctx): string | undefined {
  const { origin } = ctx.state
  const referer = ctx.get('Referer')
  return referer.startsWith(`${origin}/`) ? referer.slice(origin.length) : undefined
}

function answerToast(ctx: Ctx, fault: Fault): void {
  const { deps, requestId } = ctx.state
  ctx.set({ 'HX-Retarget': '#toasts', 'HX-Reswap': 'beforeend', 'HX-Reselect': '.b-toast' })
  const reference = fault.bug ? { reference: requestId } : {}
  const view = { tone: 'bad', text: faultText(deps.messages, ctx.state.locale, fault), ...reference }
  const frame = plainFrame(ctx, { title: '' })
  send(ctx, deps.renderer.fragment('components/toast', view, frame), fault.status)
}

const TEMPLATES: Record<number, string> = {
  403: 'system/403',
  404: 'system/404',
  410: 'system/410',
  429: 'system/429',
  500: 'system/500',
  502: 'system/502',
  503: 'system/503',
  504: 'system/502',
}

async function answerPage(ctx: Ctx, fault: Fault): Promise<void> {
  const { deps, t } = ctx.state
  const template = TEMPLATES[fault.status] ?? 'system/refused'
  const title = t(TITLES[template] ?? 'errors.refused.title')
  const frame = await errorFrame(ctx, fault, title)
  send(ctx, deps.renderer.page(template, errorView(ctx, fault), frame), fault.status)
}

const TITLES: Record<string, string> = {
  'system/403': 'errors.forbidden.title',
  'system/404': 'errors.not_found.title',
  'system/410': 'errors.gone.title',
  'system/429': 'errors.too_many.title',
  'system/500': 'errors.failed.title',
  'system/502': 'errors.outside.title',
  'system/503': 'errors.unavailable.title',
}

function errorView(ctx: Ctx, fault: Fault): object {
  const { deps, area, requestId, actor, brand } = ctx.state
  const homeHref = area === 'storefront' ? '/' : `/${area}`
  const { works_again_at: at, permission } = fault.params
  return {
    text: faultText(deps.messages, ctx.state.locale, fault),
    homeHref,
    againHref: ctx.method === 'GET' ? ctx.url : (formPage(ctx) ?? homeHref),
    told: deps.messages.has(`errors.by_code.${fault.code}`, ctx.state.locale),
    at: at ?? deps.clock.now(),
    reference: requestId,
    ...(brand ? { mail: brand.email } : {}),
    ...(actor.kind === 'staff'
      ? {
          permission: permission ?? null,
          search: { action: '/admin/search', value: ctx.path.split('/').at(-1) },
        }
      : {}),
  }
}

/** In the dress of the area while that can be had; plain when the area's own frame fails as well. */
async function errorFrame(ctx: Ctx, fault: Fault, title: string) {
  const { area, signedIn } = ctx.state
  const dressed = fault.status < 500 && (area === 'storefront' || signedIn !== null)
  if (!dressed) return plainFrame(ctx, { title })
  return frameOf(ctx, { title }).catch(() => plainFrame(ctx, { title }))
}
