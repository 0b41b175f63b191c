import {
  definePlugin,
  type Failed,
  type PluginContext,
  type Provisioner,
  type ServerTarget,
} from '../../sdk/index.ts'
import { changeOwner } from './change-owner.ts'
import { changeServer } from './change-server.ts'
import { createServer } from './create-server.ts'
import { describeServer } from './describe-server.ts'
import { failureOf } from './failures.ts'
import { listAccounts } from './list-accounts.ts'
import { openPanel, type Panel } from './panel.ts'
import { readCapacity } from './read-capacity.ts'
import { followInstall, reinstallServer } from './reinstall-server.ts'
import { sendPower } from './send-power.ts'
import { serverHealth } from './server-health.ts'
import { release, suspend } from './suspend-server.ts'
import { terminateServer } from './terminate-server.ts'
import { testConnection } from './test-connection.ts'
import { readUsage } from './read-usage.ts'

export default definePlugin({
  provisioner: (context): Provisioner => ({
    create: (input) => answering(context, input, createServer),
    suspend: (input) => answering(context, input, suspend),
    release: (input) => answering(context, input, release),
    change: (input) => answering(context, input, changeServer),
    terminate: (input) => answering(context, input, terminateServer),
    power: (input) => answering(context, input, sendPower),
    change_owner: (input) => answering(context, input, changeOwner),
    reinstall: (input) => answering(context, input, reinstallServer),
    follow: (input) => answering(context, input, followInstall),
    describe: (input) => describeServer(openPanel(context, input.server), input.service),
    usage: (input) => readUsage(openPanel(context, input.server), input.service),
    capacity: ({ server }) => readCapacity(openPanel(context, server)),
    server_health: ({ server }) => serverHealth(openPanel(context, server)),
    list_accounts: ({ server, cursor }) => listAccounts(openPanel(context, server), cursor),
    test_connection: ({ server }) => testConnection(openPanel(context, server)),
  }),
})

/** What the panel refuses is an outcome with a name; only what nobody foresaw is thrown. */
async function answering<Input extends { server: ServerTarget }, Outcome>(
  context: PluginContext,
  input: Input,
  act: (panel: Panel, input: Input, context: PluginContext) => Promise<Outcome>,
): Promise<Outcome | Failed> {
  try {
    return await act(openPanel(context, input.server), input, context)
  } catch (error) {
    return failureOf(error)
  }
}
