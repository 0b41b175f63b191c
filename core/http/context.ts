import type { RouterContext, RouterMiddleware } from '@koa/router'
import type { Middleware, ParameterizedContext } from 'koa'
import type { Translate } from '../i18n/index.ts'
import type { ClientChoice, SignedIn } from '../identity/index.ts'
import type { Actor } from '../kernel/index.ts'
import type { Upload } from '../orders/index.ts'
import type { Area, Frame } from '../render/index.ts'
import type { HttpDeps } from './deps.ts'

/** What the chain finds out about a request, step by step, before a page is reached. */
export interface State {
  deps: HttpDeps
  frames: AreaFrames
  requestId: string
  /** Of the browser; a proxy's own address only when the proxy is not trusted. */
  address: string
  secure: boolean
  /** Scheme and host as the browser sees them: "https://shop.example". */
  origin: string
  area: Area
  /** Fields of a form post, without the keys that every form carries. */
  form: FormBody
  /** Files of a form post, by the name of their field. */
  uploads: Map<string, Upload>
  formKeys: { csrf?: string; once?: string; version?: string }
  /** Null before the first brand is made. */
  brand: ShopBrand | null
  signedIn: SignedIn | null
  /** Who acts: with the grants of one client, the one that the session acts for. */
  actor: Actor
  client: ClientChoice | null
  /** Secret of a visitor who is not signed in: bound to the forms and the cart. */
  guest: string
  locale: string
  zone: string
  currency: string
  theme: 'light' | 'dark' | 'system'
  t: Translate
}

/** What helpers take. */
export type Ctx = ParameterizedContext<State>
/** What handlers of routes get: with `params`. */
export type RouteCtx = RouterContext<State>
export type Step = Middleware<State>
export type RouteStep = RouterMiddleware<State>

/** What an area adds to the frame of each of its pages: cart, notices, counts of the navigation. */
export type AreaFrame = (ctx: Ctx) => Promise<Partial<Frame>>
export type AreaFrames = Readonly<Partial<Record<Area, AreaFrame>>>

/** Fields as sent: a text, a list when the name came more than once or ends in [], a group for name[key]. */
export interface FormBody {
  [field: string]: string | string[] | FormBody
}

/** What pages need to know of the shop front that they stand in. */
export interface ShopBrand {
  id: string
  realm_id: string
  seller_id: string
  name: string
  slug: string
  hosts: readonly string[]
  currency: string
  currencies: readonly string[]
  locale: string
  zone: string
  prices_include_tax: number
  theme: string
  colour: string | null
  company: string
  /** Where customers write to. */
  email: string
}
