import { resolve } from 'node:path'
import {
  directionOf,
  formatDate,
  formatInstant,
  formatMoney,
  formatNumber,
  formatRelativeDay,
  type DateStyle,
  type Messages,
} from '../i18n/index.ts'
import type { Instant, IsoDate } from '../kernel/index.ts'
import type { Money } from '../../sdk/index.ts'
import type { Assets } from './assets.ts'
import { createEngine, engineHelpers, type Engine, type Helpers } from './engine.ts'
import type { Frame } from './frame.ts'
import { attributes, Html } from './html.ts'
import { drawnAnew, keptLayouts } from './kept-layouts.ts'
import { keptParts, partsDrawnAnew, type KeptParts } from './kept-parts.ts'
import { toneOfState } from './tone-of-state.ts'
import { url } from './url.ts'

export interface Renderer {
  /** The whole page: the template inside the layout of the frame's area. */
  page(template: string, view: object, frame: Frame): Html
  /** The template alone: one part of a page. */
  fragment(template: string, view: object, frame: Frame): string
  /** A mail: the view also gives subject, preheader, heading, greeting, button { label, href, colour, ink } and footer lines. */
  mail(template: string, view: object, frame: Frame): string
  /** The main part, and after it others that the change touched, each for its own place in the page. */
  parts(main: Part, others: readonly TargetedPart[], frame: Frame): string
}

export interface Part {
  template: string
  view: object
}

export interface TargetedPart extends Part {
  /** CSS selector such as "#cart-total"; the part replaces that element. */
  target: string
  /** Another way to put it there, such as "beforeend" for a toast. */
  swap?: 'outerHTML' | 'innerHTML' | 'beforeend' | 'afterbegin'
}

export interface RendererOptions {
  /** The first folder that has a file wins; the last is themes/default. */
  themeFolders: readonly string[]
  messages: Messages
  assets: Assets
  /** False while developing themes: every file is read anew. */
  cache?: boolean
  /** Changes the source of each template once, when it is read: mails put their styles into the markup. */
  prepare?: (source: string) => string
}

export function createRenderer(options: RendererOptions): Renderer {
  const folders = options.themeFolders.map((folder) => resolve(folder))
  const engine = createEngine(folders, HELPER_NAMES, {
    cache: options.cache ?? true,
    ...(options.prepare ? { prepare: options.prepare } : {}),
  })

  const around = options.cache === false ? drawnAnew : keptLayouts()
  const parts = options.cache === false ? partsDrawnAnew : keptParts()

  const helpersFor = (frame: Frame, fills?: Map<string, Html>) =>
    makeHelpers({ ...options, engine, parts }, frame, fills)

  const renderer: Renderer = {
    page(template, view, frame) {
      const fills = new Map<string, Html>()
      const body = engine.draw(template, view, helpersFor(frame, fills))
      const bytes = around(frame, { body, fills }, (open, place) => {
        const helpers = helpersFor(open, fills)
        return engine.draw(`layouts/${open.area}`, { body: place }, helpers).bytes
      })
      return new Html(bytes)
    },
    fragment: (template, view, frame) => engine.draw(template, view, helpersFor(frame)).text,
    mail(template, view, frame) {
      const helpers = helpersFor(frame)
      const body = engine.draw(template, view, helpers)
      return engine.draw('layouts/mail', { ...view, body }, helpers).text
    },
    parts(main, others, frame) {
      const wrapped = others.map(({ template, view, target, swap = 'outerHTML' }) => {
        const mark = attributes({ 'hx-target': target, 'hx-swap': swap }).text
        return `<hx-partial${mark}>${renderer.fragment(template, view, frame)}</hx-partial>`
      })
      return [renderer.fragment(main.template, main.view, frame), ...wrapped].join('\n')
    },
  }
  return renderer
}

/** What plugins show at this place, which was asked for before the page is drawn. */
function drawSlot(name: string, { slots }: Frame, { ui }: Helpers): Html | null {
  const view = slots?.[name]
  return view ? (ui as (component: string, params: object) => Html)('slot', view) : null
}

const HELPER_NAMES = [
  't',
  'money',
  'date',
  'instant',
  'number',
  'relativeDay',
  'icon',
  'url',
  'asset',
  'slot',
  'ui',
  'attrs',
  'fill',
  'filled',
  'toneOfState',
  'drawnOnce',
  'drawnOf',
  'frame',
  'dir',
]

const componentPaths = new Map<string, string>()

/** The same text each time, so that looking the template up compares no letters. */
function componentPath(name: string): string {
  let path = componentPaths.get(name)
  if (path === undefined) componentPaths.set(name, (path = `components/${name}`))
  return path
}

interface Tools extends Pick<RendererOptions, 'messages' | 'assets'> {
  engine: Engine
  parts: KeptParts
}

/** Made for each answer, because they know its reader. */
function makeHelpers(
  { messages, assets, engine, parts }: Tools,
  frame: Frame,
  fills = new Map<string, Html>(),
): Helpers {
  const { locale } = frame
  const helpers: Helpers = {
    t: messages.translator(locale),
    money: (amount: Money) => formatMoney(amount, locale),
    date: (day: IsoDate, style?: DateStyle) => formatDate(day, locale, style),
    instant: (at: Instant) => formatInstant(at, frame.zone, locale),
    number: (value: number | bigint) => formatNumber(value, locale),
    relativeDay: (day: IsoDate) => formatRelativeDay(day, frame.today, locale),
    icon: (name: string, cssClass?: string) => assets.icon(name, cssClass),
    url,
    asset: (name: string) => assets.address(name),
    slot: (name: string) => drawSlot(name, frame, helpers),
    ui: (name: string, params: object = {}) => engine.draw(componentPath(name), params, helpers),
    attrs: attributes,
    toneOfState,
    drawnOnce: parts.once(locale),
    drawnOf: parts.of(frame),
    fill: (name: string, content: Html) => void fills.set(name, content),
    filled: (name: string) => fills.get(name) ?? null,
    frame,
    dir: directionOf(locale),
    // Not names in templates: the engine's own tools are built on them.
    ...engineHelpers,
    draw: (name: string, view: object, base: string) => engine.draw(name, view, helpers, base),
  }
  return helpers
}
