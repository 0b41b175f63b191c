import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** Certificates for panel.example.com, each with the same key; "issued" is of an authority that nobody knows. */
export type Shown = 'certificate' | 'renewed' | 'expired' | 'issued'

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), 'utf8')

export const pemOf = (name: Shown | 'authority' | 'rich'): string => fixture(name)
export const sha256Of = (name: Shown): string => new X509Certificate(pemOf(name)).fingerprint256

export interface TlsPanel {
  port: number
  /** Addresses that were asked for: empty as long as nothing was sent. */
  requests: string[]
  show(name: Shown): void
  close(): void
}

/** A panel on loopback that answers "panel" over TLS, with a certificate of its own. */
export async function openTlsPanel(): Promise<TlsPanel> {
  const requests: string[] = []
  const context = (name: Shown) => ({ key: fixture('key'), cert: pemOf(name) })
  const server = createServer(context('certificate'), (request, response) => {
    requests.push(request.url ?? '')
    response.end('panel')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    show: (name) => server.setSecureContext(context(name)),
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
