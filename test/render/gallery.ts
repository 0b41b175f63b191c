/** Serves every component with sample data: `node test/render/gallery.ts 4000`. Used by the browser test as well. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createMessages } from '../../core/i18n/index.ts'
import {
  createAssets,
  createRenderer,
  type Assets,
  type Frame,
  type Renderer,
} from '../../core/render/index.ts'
import { instant } from '../../core/kernel/index.ts'
import { frameOf } from './gallery-frame.ts'
import { admin, danger, form, portal, storefront } from './gallery-views.ts'

const root = join(import.meta.dirname, '../..')
const themeFolders = [join(root, 'themes/default')]
const POLICY = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

const pages: Record<string, { template: string; view: object; area: Frame['area'] }> = {
  storefront: { template: 'gallery/storefront', view: storefront, area: 'storefront' },
  portal: { template: 'gallery/portal', view: portal, area: 'portal' },
  admin: { template: 'gallery/admin', view: admin, area: 'admin' },
  form: { template: 'gallery/form', view: form, area: 'admin' },
  danger: { template: 'gallery/danger', view: danger, area: 'admin' },
  '404': { template: 'system/404', view: { search: { action: '/admin/search' } }, area: 'system' },
  '500': {
    template: 'system/500',
    view: { reference: 'req_01k8', againHref: '/', mail: 'help@example.com' },
    area: 'system',
  },
  '429': { template: 'system/429', view: { at: instant(0) }, area: 'system' },
}
export const galleryPages = Object.keys(pages)

export interface Gallery {
  address: string
  stop(): Promise<void>
}

export function createTestRenderer(): { renderer: Renderer; assets: Assets } {
  const assets = createAssets({ themeFolders })
  const messages = createMessages({ folder: join(root, 'locales'), strict: true })
  return { assets, renderer: createRenderer({ themeFolders, messages, assets }) }
}

export async function startGallery(port = 0): Promise<Gallery> {
  const { renderer, assets } = createTestRenderer()
  const server = createServer((request, response) => answer(request, response, renderer, assets))
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  const { port: bound } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${bound}`,
    stop: () => new Promise((done) => server.close(() => done())),
  }
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  renderer: Renderer,
  assets: Assets,
): void {
  const url = new URL(request.url ?? '/', 'http://gallery')
  const name = url.pathname.slice(1) || 'storefront'
  if (name.startsWith('assets/')) return sendAsset(request, response, assets)
  const page = pages[name]
  response.setHeader('Content-Security-Policy', POLICY)
  response.setHeader('Content-Type', 'text/html; charset=utf-8')
  if (!page) {
    response.statusCode = 404
    response.end(renderer.page('system/404', {}, frameOf('system')).text)
    return
  }
  const locale = url.searchParams.get('locale') ?? 'en'
  response.end(
    renderer.page(page.template, page.view, frameOf(page.area, { locale, path: url.pathname })).text,
  )
}

function sendAsset(request: IncomingMessage, response: ServerResponse, assets: Assets): void {
  const name = (request.url ?? '').slice('/assets/'.length)
  const served = assets.serve(name, request.headers['accept-encoding']?.toString())
  if (!served) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, served.headers).end(served.body)
}

if (process.argv[1] === import.meta.filename) {
  const gallery = await startGallery(Number(process.argv[2] ?? 4000))
  console.log(galleryPages.map((page) => `${gallery.address}/${page}`).join('\n'))
}
