import { madeOnce } from '../../db/index.ts'
import type { Translate } from '../../i18n/index.ts'
import type { SignedIn } from '../../identity/index.ts'
import { brandStylesheet, type Area, type Assets, type Frame } from '../../render/index.ts'
import type { Ctx, ShopBrand, State } from '../context.ts'
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
    brand: brandFrame(state),
    person: state.signedIn && personFrame({ user: state.signedIn.user, kind: state.actor.kind, t: state.t }),
    nav: wish.frame?.nav ?? navigation(ctx, area),
    theme: state.theme,
    ...(state.area === 'admin' ? { preferencesHref: '/admin/preferences' } : {}),
    path: ctx.url,
    languages: languages({ codes: deps.messages.locales, active: state.locale }),
    currencies: currencies({ codes: state.brand?.currencies ?? NONE, active: state.currency }),
    signInHref: area === 'admin' ? '/admin/sign-in' : '/sign-in',
    ...(state.client ? { client: clientFrame(ctx, state.client.company ?? state.client.name) } : {}),
    ...(state.signedIn && (area === 'portal' || area === 'admin') ? { liveHref: `/${area}/live` } : {}),
    ...(deps.options.kind === 'sample' ? { sample: sampleFrame(ctx) } : {}),
  }
}

const NO_BRAND = Object.freeze({ name: 'Berth', href: '/' })

const brandFrame = ({ brand, deps }: State): Frame['brand'] =>
  brand ? brandOf({ brand, assets: deps.assets }) : NO_BRAND

const brandOf = madeOnce(({ brand, assets }: { brand: ShopBrand; assets: Assets }): Frame['brand'] => {
  const frame = { name: brand.name, href: '/', company: brand.company }
  return brand.colour === null ? frame : { ...frame, stylesheet: stylesheetOf(assets, brand.colour) }
})

const stylesheets = new WeakMap<object, Map<string, string>>()

/** A colour becomes one file of the theme, however many pages and brands use it. */
function stylesheetOf(assets: { add(name: string, body: string): string }, colour: string): string {
  let known = stylesheets.get(assets)
  if (!known) stylesheets.set(assets, (known = new Map()))
  let address = known.get(colour)
  if (!address) known.set(colour, (address = assets.add('brand.css', brandStylesheet({ accent: colour }))))
  return address
}

type Person = Pick<SignedIn, 'user'> & { kind: string; t: Translate }

const personFrame = madeOnce(({ user: { name, email }, kind, t }: Person): NonNullable<Frame['person']> =>
  kind === 'staff'
    ? {
        ...{ name, email, signOutHref: '/admin/sign-out' },
        menu: [{ label: t('nav.person.own'), href: '/admin/me', icon: 'user' }],
      }
    : {
        ...{ name, email, signOutHref: '/sign-out' },
        menu: [
          { label: t('nav.portal.account'), href: '/portal/account', icon: 'user' },
          { label: t('nav.person.security'), href: '/portal/security', icon: 'lock' },
        ],
      },
)

function clientFrame({ state }: Ctx, name: string): NonNullable<Frame['client']> {
  const several = (state.signedIn?.clients.length ?? 0) > 1
  return several ? { name, switchHref: '/portal/switch' } : { name }
}

function sampleFrame({ state }: Ctx): NonNullable<Frame['sample']> {
  return { mailHref: '/sample/mail', clock: state.deps.business.now(), clockHref: '/sample/clock' }
}

interface Codes {
  codes: readonly string[]
  active: string
}

const choicesWith = (label: (code: string) => string) =>
  madeOnce(({ codes, active }: Codes) =>
    codes.map((value) => ({
      ...{ value, label: label(value) },
      ...(isActive(value, active) ? { active: true } : {}),
    })),
  )

const NONE: readonly string[] = Object.freeze([])
const languages = choicesWith((code) => languageName(code))
const currencies = choicesWith((code) => code)

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
