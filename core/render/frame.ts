import type { Instant, IsoDate } from '../kernel/index.ts'

export type Area = 'storefront' | 'portal' | 'admin' | 'system'
export type Tone = 'neutral' | 'info' | 'good' | 'warn' | 'bad' | 'busy' | 'off'

/** What surrounds every page: who reads it, in which shop, and how one goes on from here. */
export interface Frame {
  area: Area
  locale: string
  /** IANA zone of the reader, for instants. */
  zone: string
  /** The business day, for "in 3 days". */
  today: IsoDate
  /** Shown in the browser's tab before the brand's name. */
  title: string
  /** Token that every form carries; empty for guests. */
  csrf: string
  brand: Brand
  person: Person | null
  /** Main navigation, in the order shown. Groups (admin) come from `group`. */
  nav: readonly NavEntry[]
  /** The bottom bar of the portal on a phone: at most four; "more" is added. Default: the first four of `nav`. */
  bar?: readonly NavEntry[]
  flashes?: readonly Flash[]
  /** The one banner of the portal: suspended, overdue, verify, expiring, incident. */
  banner?: Flash
  /** Staff acting as a client: shown loudly on every page. */
  impersonation?: { by: string; client: string; reason: string; until: Instant; endHref: string }
  /** Set on a sample installation. */
  sample?: { mailHref: string; clock: Instant; clockHref: string }
  /** The reader's stored choice; "system" when none. */
  theme?: 'light' | 'dark' | 'system'
  /** Where the choices of language, currency and theme are sent; "/preferences" when absent. */
  preferencesHref?: string
  /** Where this page is now, for forms that come back (language, currency). */
  path?: string
  search?: { href: string; label: string }
  /** Storefront: number of items. */
  cart?: { href: string; count: number }
  languages?: readonly Choice[]
  currencies?: readonly Choice[]
  /** Portal: the client one acts for, and where to switch. */
  client?: { name: string; switchHref?: string }
  /** Bell: unread notices. */
  notices?: { href: string; count: number }
  /** Admin: what "+" offers, the health dot, the brand filter. */
  create?: readonly Link[]
  health?: { href: string; tone: Tone; label: string }
  footer?: readonly { title: string; links: readonly Link[] }[]
  legal?: readonly Link[]
  signInHref?: string
  /** The event stream of the area, when the page has live parts. */
  liveHref?: string
  /** What plugins show in the places of this page, by place. Layouts have no such places. */
  slots?: Readonly<Record<string, SlotView>>
}

export interface SlotView {
  /** Of the element, so that a late one can load by itself. */
  id: string
  late: boolean
  parts: readonly {
    plugin: string
    /** Staff are told; a client sees no gap, but where something is said in its place. */
    failed?: true
    missing?: string
    title?: string
    width?: string
    /** Views of the component "blocks". */
    blocks: readonly object[]
  }[]
}

export interface Brand {
  name: string
  /** Address of the shop front, usually "/". */
  href: string
  tagline?: string
  /** Image addresses; without them the name stands as text beside a mark made of its first letter. */
  logo?: { light: string; dark?: string }
  /** Hashed style sheet with the brand's colours, see brandStylesheet. */
  stylesheet?: string
  company?: string
}

export interface Person {
  name: string
  email: string
  /** Entries of the user menu; "sign out" is a post to signOutHref. */
  menu: readonly Link[]
  signOutHref: string
}

export interface Link {
  label: string
  href: string
  icon?: string
}

export interface NavEntry extends Link {
  active?: boolean
  /** Heading under which the entry stands (admin). */
  group?: string
  /** Shown only when somebody must act. */
  count?: number
  /** Keys that open it, such as "g i" (admin). */
  key?: string
}

export interface Flash {
  tone: Tone
  text: string
  title?: string
  action?: { label: string; href: string; post?: boolean }
}

export interface Choice {
  value: string
  label: string
  active?: boolean
}
