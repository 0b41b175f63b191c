import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../../..')
const TEMPLATES = join(ROOT, 'create-berth-plugin/templates')

/** Beside the templates that are whole plugins, a kind begins as its example. */
const EXAMPLES: Readonly<Record<string, string>> = {
  registrar: 'example-registrar',
  tax: 'example-tax',
  fraud: 'example-fraud',
  captcha: 'example-captcha',
  mail_transport: 'example-mail',
  notification_channel: 'example-notification',
  sign_in_provider: 'example-sign-in',
  currency_rates: 'example-rates',
  file_storage: 'example-storage',
  importer: 'example-importer',
  exporter: 'example-exporter',
  metering_source: 'example-metering',
  helpdesk: 'example-helpdesk',
  assistant: 'example-assistant',
  report: 'example-report',
  dashboard_widget: 'example-widget',
  add_on: 'example-add-on',
}

/** Kinds that a new plugin can be of, what is asked for most first. */
export const newKinds = (): string[] => [...readdirSync(TEMPLATES).sort(byRank), ...Object.keys(EXAMPLES)]

const FIRST = ['gateway', 'provisioner', 'hooks']
const byRank = (a: string, b: string) => FIRST.indexOf(a) - FIRST.indexOf(b)

export const templateOf = (kind: string): string => join(TEMPLATES, kind)

export const exampleOf = (kind: string): string | undefined =>
  kind in EXAMPLES ? join(ROOT, 'examples', EXAMPLES[kind]!) : undefined

/** What every plugin that begins as an example has beside it. */
export const WITH_EXAMPLE = join(ROOT, 'create-berth-plugin/with-example')
