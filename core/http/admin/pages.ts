import type { Router } from '@koa/router'
import type { SlotName } from '../../../sdk/index.ts'
import { requireConfirmed } from '../../identity/index.ts'
import { declareRead, permit } from '../../records/index.ts'
import { noteRefusal } from '../chain/note-refusal.ts'
import type { Ctx, RouteCtx, State } from '../context.ts'
import { entryTabs, flash, page, seeOther } from '../page/index.ts'
import { blocksOf, isDanger, type View } from './blocks.ts'
import { refusalOf, type Asked, type Desk } from './desk.ts'

export type Draw = (desk: Desk, asked: Asked) => Promise<View>

/** A page of staff: its address, the permission that opens it, and what it shows. */
export interface Page {
  path: string
  permission: string
  draw: Draw
  /** Asks for the password before the form of a dangerous act, so that nothing typed is lost. */
  confirmed?: boolean
  /** A place in which plugins may show something, about the record of `:id`. */
  slot?: SlotName
}

export interface Outcome {
  /** Where the result is seen. */
  href: string
  /** Shown once instead of leading there: what is never read back, such as a new key. */
  once?: View
  /** Past tense, with the object: "Invoice INV-2026-00012 was voided." */
  message?: string
  /** The act was made and says that something is wrong, such as a test of a connection. */
  failed?: boolean
}

/** A change: calls one verb. `again` draws the form that is shown again, with the reasons, when the verb refuses. */
export interface Act {
  path: string
  permission: string
  again?: Draw
  /** Dangerous: the password once more, unless it was given in the last minutes. */
  confirmed?: boolean
  act: (desk: Desk, asked: Asked) => Promise<Outcome>
}

const STAFF = ['staff'] as const

/** What is read as a file: an export, a document, a mail as it was sent. */
export interface FileOut {
  path: string
  permission: string
  send: (
    desk: Desk,
    asked: Asked,
  ) => Promise<{ name?: string; type: string; body: string | Buffer; policy?: string }>
}

export interface Section {
  pages?: readonly Page[]
  acts?: readonly Act[]
  files?: readonly FileOut[]
}

/** Puts the pages and acts of one noun on the router, below /admin. */
export function mount(router: Router<State>, { pages = [], acts = [], files = [] }: Section): void {
  // Files first: "inv_….pdf" would be taken for the id of a page.
  for (const file of files) {
    declareRead(file.permission, STAFF)
    router.get(`/admin${file.path}`, async (ctx) => {
      permit({ permission: file.permission, audience: STAFF }, ctx.state.actor)
      await deliver(ctx, file)
    })
  }
  for (const { path, permission, draw, confirmed, slot } of pages) {
    declareRead(permission, STAFF)
    router.get(`/admin${path}`, async (ctx) => {
      permit({ permission, audience: STAFF }, ctx.state.actor)
      if (confirmed) requireConfirmed(ctx.state.deps, ctx.state.actor)
      const view = await draw(deskOf(ctx), askedOf(ctx))
      await show(ctx, view, isDanger(view) ? 200 : (view.status ?? 200), slot)
    })
  }
  for (const one of acts) {
    declareRead(one.permission, STAFF)
    router.post(`/admin${one.path}`, async (ctx) => {
      permit({ permission: one.permission, audience: STAFF }, ctx.state.actor)
      if (one.confirmed) requireConfirmed(ctx.state.deps, ctx.state.actor)
      await work(ctx, one)
    })
  }
}

/** With a name it is downloaded, without one it is shown under the policy given. */
async function deliver(ctx: RouteCtx, { send }: FileOut): Promise<void> {
  const { name, type, body, policy } = await send(deskOf(ctx), askedOf(ctx))
  ctx.type = type
  ctx.body = body
  if (name) ctx.attachment(name)
  if (policy) {
    ctx.set('Content-Security-Policy', policy)
    ctx.set('X-Frame-Options', 'SAMEORIGIN')
  }
}

async function work(ctx: RouteCtx, { act, again }: Act): Promise<void> {
  const desk = deskOf(ctx)
  const asked = askedOf(ctx)
  try {
    const done = await act(desk, asked)
    if (done.once) return await show(ctx, done.once, 200)
    if (done.message) flash(ctx, { tone: done.failed ? 'bad' : 'good', text: done.message })
    seeOther(ctx, done.href)
  } catch (error) {
    const refused = again ? refusalOf(ctx, error) : null
    if (!again || !refused) throw error
    await noteRefusal(ctx, error)
    await show(ctx, await again(desk, { ...asked, refused }), refused.status)
  }
}

/** The page, or the one block of it that htmx asks for by its id. */
function show(ctx: RouteCtx, view: View, status: number, slot?: SlotName): Promise<void> {
  const parts = Object.fromEntries(
    blocksOf(view).map((block) => [block.id, ['admin/_block', block] as const]),
  )
  const title = isDanger(view) ? view.title : view.head.title
  const framed = blocksOf(view).some(({ kind }) => kind === 'sheet')
  const { id } = ctx.params as { id?: string }
  const tabs = isDanger(view) ? undefined : (view.tabs ?? entryTabs(ctx))
  const shown = { ...view, ...(tabs ? { tabs } : {}), ...(slot ? { slot } : {}) }
  return page(ctx, isDanger(view) ? 'admin/danger' : 'admin/page', shown, {
    title,
    parts,
    status,
    framed,
    ...(slot ? { slots: [{ slot, ...(id ? { record: id } : {}) }] } : {}),
  })
}

export function deskOf(ctx: Ctx): Desk {
  const { deps, actor, t, locale, zone } = ctx.state
  return { means: { ...deps, ...deps.admin }, actor, t, locale, zone, today: deps.business.today(zone) }
}

function askedOf(ctx: RouteCtx): Asked {
  const query = Object.fromEntries(new URLSearchParams(ctx.querystring))
  const version = Number(ctx.state.formKeys.version)
  const { form, uploads } = ctx.state
  return {
    path: ctx.path,
    url: ctx.url,
    params: ctx.params as Record<string, string>,
    query,
    form,
    uploads,
    version: Number.isInteger(version) && version > 0 ? version : null,
    refused: null,
  }
}
