import { brandStylesheet, type Area, type Frame } from '../../render/index.ts'
import type { Ctx } from '../context.ts'
import { csrfToken } from '../chain/csrf.ts'
import { takeFlashes } from './flash.ts'
import { navigation } from './navigation.ts'
import { shapeNavigation } from './shape-navigation.ts'

export interface FrameWish {
  title: string
  /** Another layout than that of the address. */
  area?: Area
  /** Takes precedence over all that is worked out here. */
  frame?: Partial<Frame>
}

/** The frame of a page: reader, shop, navigation, what the area adds, and messages left by the last post. */
export async function frameOf(ctx: Ctx, wish: FrameWish): Promise<Frame> {
  const { state } = ctx
  const area = wish.area ?? state.area
  const own = (await state.frames[area]?.(ctx)) ?? {}
  const more = { flashes: takeFlashes(ctx), ...own, ...wish.frame }
  const frame = { ...plainFrame(ctx, { ...wish, area, frame: more }), ...more }
  return { ...frame, nav: await shapeNavigation(ctx, area, frame.nav) }
}

/** The same without any question to the database, for errors and parts. */
export function plainFrame(ctx: Ctx, wish: FrameWish): Frame {
  const { state } = ctx
  const { deps } = state
  const area = wish.area ?? 'system'
  return {
    area,
    locale: state.locale,
    zone: state.zone,
    today: deps.business.today(state.zone),
    title: wish.title,
    csrf: csrfToken(ctx),
    brand: brandFrame(ctx),
    person: personFrame(ctx),
    nav: wish.frame?.nav ?? navigation(ctx, area),
    theme: state.theme,
    ...(state.area === 'admin' ? { preferencesHref: '/admin/preferences' } : {}),
    path: ctx.url,
    languages: choices(deps.messages.locales, state.locale, (code) => languageName(code)),
    currencies: choices(state.brand?.currencies ?? [], state.currency, (code) => code),
    signInHref: area === 'admin' ? '/admin/sign-in' : '/sign-in',
    ...(state.client ? { client: clientFrame(ctx, state.client.company ?? state.client.name) } : {}),
    ...(state.signedIn && (area === 'portal' || area === 'admin') ? { liveHref: `/${area}/live` } : {}),
    ...(deps.options.kind === 'sample' ? { sample: sampleFrame(ctx) } : {}),
  }
}

function brandFrame({ state }: Ctx): Frame['brand'] {
  const { brand, deps } = state
  if (!brand) return { name: 'Berth', href: '/' }
  const frame = { name: brand.name, href: '/', company: brand.company }
  if (brand.colour === null) return frame
  return { ...frame, stylesheet: stylesheetOf(deps.assets, brand.colour) }
}

const stylesheets = new WeakMap<object, Map<string, string>>()

/** A colour becomes one file of the theme, however many pages and brands use it. */
function stylesheetOf(assets: { add(name: string, body: string): string }, colour: string): string {
  let known = stylesheets.get(assets)
  if (!known) stylesheets.set(assets, (known = new Map()))
  let address = known.get(colour)
  if (!address) known.set(colour, (address = assets.add('brand.css', brandStylesheet({ accent: colour }))))
  return address
}

function personFrame({ state }: Ctx): Frame['person'] {
  const { signedIn, t } = state
  if (!signedIn) return null
  const { name, email } = signedIn.user
  return signedIn.actor.kind === 'staff'
    ? {
        name,
        email,
        menu: [{ label: t('nav.person.own'), href: '/admin/me', icon: 'user' }],
        signOutHref: '/admin/sign-out',
      }
    : {
        ...{ name, email, signOutHref: '/sign-out' },
        menu: [
          { label: t('nav.portal.account'), href: '/portal/account', icon: 'user' },
          { label: t('nav.person.security'), href: '/portal/security', icon: 'lock' },
        ],
      }
}

function clientFrame({ state }: Ctx, name: string): NonNullable<Frame['client']> {
  const several = (state.signedIn?.clients.length ?? 0) > 1
  return several ? { name, switchHref: '/portal/switch' } : { name }
}

function sampleFrame({ state }: Ctx): NonNullable<Frame['sample']> {
  return { mailHref: '/sample/mail', clock: state.deps.business.now(), clockHref: '/sample/clock' }
}

function choices(values: readonly string[], active: string, label: (value: string) => string) {
  return values.map((value) => ({
    value,
    label: label(value),
    ...(isActive(value, active) ? { active: true } : {}),
  }))
}

const isActive = (value: string, active: string): boolean =>
  value === active || value === active.split('-')[0]

const languageNames = new Map<string, string>()

/** A language in its own words: "Deutsch". Making the names of a language costs a millisecond, so it is done once. */
export function languageName(code: string): string {
  let name = languageNames.get(code)
  if (name === undefined) {
    const plain = new Intl.DisplayNames(code, { type: 'language' }).of(code) ?? code
    name = plain.slice(0, 1).toLocaleUpperCase(code) + plain.slice(1)
    languageNames.set(code, name)
  }
  return name
}
