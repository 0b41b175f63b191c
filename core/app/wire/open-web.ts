import { createHttp, createLive, type HttpDeps, type SampleDesk } from '../../http/index.ts'
import { webhookVerdicts } from '../../plugins/index.ts'
import { createRenderer } from '../../render/index.ts'
import type { Part, Wiring } from '../areas.ts'
import { findInstallation } from '../installation.ts'
import { adminPorts } from './admin-ports.ts'
import { billingDeps } from './billing-area.ts'
import { changePorts } from './change-ports.ts'
import { orderDeps } from './orders-area.ts'
import { openTheme } from './theme.ts'

/** The web server, with all pages. In a file of its own because threads and commands that serve none do not load it. */
export async function openWeb(wiring: Wiring): Promise<Part> {
  const http = createHttp(await httpDeps(wiring))
  const { port, host } = wiring.config
  return {
    async start() {
      const { address } = await http.listen(port, host)
      wiring.means.log.info({ address }, 'the web server listens')
    },
    stop: () => http.close(),
  }
}

async function httpDeps(wiring: Wiring): Promise<HttpDeps> {
  const { config, means, plugins } = wiring
  const kind = (await findInstallation(means.db))?.kind ?? 'real'
  const { themeFolders, messages, assets } = openTheme(wiring)
  return {
    ...means,
    ...{ plugins, assets, messages },
    orders: orderDeps(means),
    billing: billingDeps(means),
    admin: adminPorts(wiring),
    changes: changePorts,
    renderer: createRenderer({ themeFolders, messages, assets }),
    live: createLive(),
    webhooks: { verdict: webhookVerdicts(means) },
    ready: () => readiness(wiring),
    ...(kind === 'real' ? {} : { sample: sampleDesk(wiring) }),
    options: { url: config.url, proxies: config.proxies, kind },
  }
}

const sampleDesk = ({ companies, command }: Wiring): SampleDesk => ({
  companies,
  advance: (days) => command('clock.advance', { span: `${days}d` }),
})

async function readiness(wiring: Wiring) {
  const { ready, checks } = await wiring.health()
  return {
    ready,
    checks: Object.fromEntries(checks.map(({ name, ok, detail }) => [name, ok ? 'ok' : detail])),
  }
}
