import type { ConnectionReport, PluginContext } from '../../sdk/index.ts'
import { askVies } from './ask-vies.ts'

/** Asks about a number of the right form that belongs to nobody: any answer but "unknown" shows that it answers. */
export async function testConnection(context: PluginContext): Promise<ConnectionReport> {
  const answer = await askVies(context, { country: 'DE', tax_id: 'DE000000000' })
  const detail = answer.outcome === 'unknown' ? answer.reason : 'The register answers.'
  const ok = answer.outcome !== 'unknown'
  return { ok, steps: [{ name: 'register', ok, detail }] }
}
