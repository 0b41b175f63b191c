import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Messages, Translate } from '../i18n/index.ts'
import type { BusinessClock } from '../kernel/index.ts'
import { createRenderer, inkOn, type Assets, type Frame } from '../render/index.ts'
import { inlineStyles } from './inline-styles.ts'
import { mailData } from './mail-data.ts'
import type { CheckedMail } from './mail-request.ts'
import { plainTwin } from './plain-twin.ts'
import { showData } from './show-data.ts'

/** In whose name a mail goes out. */
export interface MailBrand {
  name: string
  /** "Kontor <hello@kontor.example>" */
  sender: string
  /** Absolute address of the shop, without a slash at the end; paths in mails stand below it. */
  address: string
  /** Lines at the foot that the law asks for, in the reader's language: company, place, register, tax id. */
  legal: (locale: string) => readonly string[]
  /** IANA zone in which moments are shown. */
  zone: string
  /** "#3550c8" */
  colour?: string | null
}

export interface DrawnMail {
  subject: string
  html: string
  plain: string
}

export interface MailDrawer {
  /** @param url what the button opens */
  draw(mail: CheckedMail, brand: MailBrand, url: string): DrawnMail
}

export interface MailDrawerOptions {
  /** As for pages: the first folder that has a file wins. */
  themeFolders: readonly string[]
  messages: Messages
  assets: Assets
  business: BusinessClock
}

const COLOUR = '#3550c8'

/** Templates are read, their styles inlined and compiled at their first use, once for the life of the process. */
export function createMailDrawer(options: MailDrawerOptions): MailDrawer {
  const { themeFolders, messages, assets, business } = options
  const css = readStyles(themeFolders)
  const renderer = createRenderer({
    themeFolders,
    messages,
    assets,
    prepare: (source) => inlineStyles(source, css),
  })
  return {
    draw(mail, brand, url) {
      const { locale, template } = mail
      const t = messages.translator(locale)
      const view = viewOf(mail, brand.zone)
      const say = (part: string) => oneLine(t(`mail.${keyOf(template)}.${part}`, view))
      const subject = say('subject')
      const frame = frameOf(mail, brand, { title: subject, today: business.today(brand.zone) })
      const colour = brand.colour ?? COLOUR
      const parts = {
        subject,
        preheader: say('preheader'),
        heading: say('heading'),
        greeting: greeting(mail, t),
        button: { href: url, label: say('button'), colour, ink: inkOn(colour) },
        footer: brand.legal(locale),
      }
      const html = renderer.mail(`mail/${template}`, { ...view, ...parts }, frame)
      return { subject, html, plain: plainTwin(html) }
    },
  }
}

/** Keys of messages are snake_case, names of files are not. */
const keyOf = (template: string): string => template.replaceAll('-', '_')

function viewOf(mail: CheckedMail, zone: string): Record<string, never> {
  const shown = showData(mailData[mail.template], mail.data, { locale: mail.locale, zone })
  return shown as Record<string, never>
}

function greeting({ to }: CheckedMail, t: Translate): string {
  const name = oneLine(to.name)
  return name === '' ? t('mail.hello') : t('mail.hello_name', { name })
}

/** A subject is one header line, whatever a name or a number holds. */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim()

function frameOf(mail: CheckedMail, brand: MailBrand, of: Pick<Frame, 'title' | 'today'>): Frame {
  return {
    ...of,
    area: 'system',
    locale: mail.locale,
    zone: brand.zone,
    csrf: '',
    brand: { name: brand.name, href: brand.address },
    person: null,
    nav: [],
  }
}

function readStyles(themeFolders: readonly string[]): string {
  const files = themeFolders.map((folder) => join(folder, 'assets/mail.css'))
  const file = files.find((candidate) => existsSync(candidate))
  if (!file) throw new Error(`No theme has assets/mail.css. Looked in ${themeFolders.join(', ')}.`)
  return readFileSync(file, 'utf8')
}
