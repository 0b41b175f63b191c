import { join } from 'node:path'
import { createMessages } from '../../core/i18n/index.ts'
import {
  createMailDrawer,
  type MailBrand,
  type MailMeans,
  type MailTransport,
} from '../../core/mail/index.ts'
import { createAssets } from '../../core/render/index.ts'
import type { TestMeans } from '../support/means.ts'

const root = join(import.meta.dirname, '../..')
const themeFolders = [join(root, 'themes/default')]
const messages = createMessages({ folder: join(root, 'locales'), strict: true })
const assets = createAssets({ themeFolders })

export const kontor: MailBrand = {
  name: 'Kontor',
  sender: 'Kontor <hello@kontor.example>',
  address: 'https://kontor.example',
  legal: () => ['Kontor Hosting GmbH, Hafenstraße 1, 20457 Hamburg', 'HRB 98765 · VAT ID DE123456789'],
  zone: 'Europe/Berlin',
}

export function mailMeans(means: TestMeans, transport: MailTransport): MailMeans & TestMeans {
  const drawer = createMailDrawer({ themeFolders, messages, assets, business: means.business })
  return { ...means, drawer, transport, mailBrand: () => Promise.resolve(kontor) }
}
