import { Type, type TObject } from '../../../sdk/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { checkForm, defineVerb, type Verb } from '../../records/index.ts'
import { NotConfirmed, NotOffered } from '../errors.ts'
import { findService } from '../load.ts'
import type { ProviderMeans } from '../ports.ts'
import { actOf, type ActName } from './acts.ts'
import { lockAct, type ActRow } from './act-row.ts'
import { ownActions } from './ask-there.ts'
import { demandOwnThing } from './named-there.ts'
import { newPassword } from './new-password.ts'
import { mayOn, offers } from './offered.ts'
import { askedBy, refusalOf } from './refusal.ts'
import { runAct } from './run-act.ts'
import { isLong, startAct, type NewAct } from './start-act.ts'

export type ActVerb = Verb<ProviderMeans, TObject, ActRow>

type Values = Record<string, unknown>
type Told = Pick<NewAct, 'told' | 'said' | 'label'>

/** Starts, stops, restarts or kills the thing that was sold. */
export const powerService = defineAct('power')
/** A new password of core's making, which stands among the access details afterwards. */
export const changeServicePassword = defineAct('change_password', () => ({
  told: { password: newPassword() },
  said: {},
}))
export const renameService = defineAct('rename')
/** Without a name the address resolves to nothing. */
export const setReverseDns = defineAct('set_reverse_dns', ({ ip, name = null }) => ({
  told: { ip, name },
  said: { ip: String(ip), name: name as string | null },
}))
export const createSnapshot = defineAct('create_snapshot')
export const restoreSnapshot = defineAct('restore_snapshot')
export const removeSnapshot = defineAct('remove_snapshot')
export const rescueService = defineAct('rescue')
/** All data is lost. */
export const reinstallService = defineAct('reinstall', (values) => ({
  told: { ...values, keep_data: false },
  said: plain(values),
}))
/** A button of the plugin's own. */
export const runOwnAction = defineAct('run_action', ownAction)

export const actVerbs: Readonly<Record<ActName, ActVerb>> = {
  power: powerService,
  change_password: changeServicePassword,
  rename: renameService,
  set_reverse_dns: setReverseDns,
  create_snapshot: createSnapshot,
  restore_snapshot: restoreSnapshot,
  remove_snapshot: removeSnapshot,
  rescue: rescueService,
  reinstall: reinstallService,
  run_action: runOwnAction,
}

interface Asked {
  serviceId: string
  confirmed: boolean
}

/** What is short is done when the verb answers, or refused with the provider's reason; what is long has begun. */
function defineAct(
  name: ActName,
  tell: (values: Values, means: ProviderMeans, asked: Asked, actor: Actor) => Told | Promise<Told> = (
    values,
  ) => ({ told: values, said: plain(values) }),
): ActVerb {
  const { values, loses } = actOf(name)
  const input = Type.Object({
    service_id: Type.String(),
    ...values,
    confirmed: Type.Optional(Type.Boolean()),
  })
  const asks = ['service.act:check'] as const
  const rules = { permission: `service.${name}`, asks, audience: ['client', 'staff'], input } as const
  return defineVerb(rules, async (means: ProviderMeans, given, actor): Promise<ActRow> => {
    const { service_id: serviceId, confirmed = false, ...rest } = given as Values & { service_id: string }
    // Who cannot reach it learns nothing of what would have to be confirmed.
    const service = await findService(means.db, actor, { id: serviceId, right: rules.permission })
    if (loses && confirmed !== true) throw NotConfirmed({ id: serviceId, operation: name })
    const asked = { serviceId, confirmed: confirmed === true }
    const told = await askedBy(actor, name, async () => {
      await demandOwnThing(means, service, name, rest)
      return tell(rest, means, asked, actor)
    })
    const begun = await means.db.transaction((trx) =>
      startAct(means, trx, { serviceId, operation: name, ...told }, actor),
    )
    if (isLong(begun)) {
      await means.db.transaction((trx) =>
        means.jobs.enqueue(trx, [
          { task: 'services.act', payload: { act_id: begun.id }, key: `act:${begun.id}` },
        ]),
      )
      return begun
    }
    await runAct(means, begun.id)
    const act = (await means.db.transaction((trx) => lockAct(trx, begun.id)))!
    if (act.status === 'failed') throw refusalOf(actor, act)
    return act
  })
}

/** What the audit log says of values: texts and ticks, nothing deeper. */
const plain = (values: Values): Told['said'] =>
  Object.fromEntries(
    Object.entries(values).filter(
      (entry): entry is [string, string | boolean] =>
        typeof entry[1] === 'string' || typeof entry[1] === 'boolean',
    ),
  )

/** What the plugin declares now decides: for whom a button is, what it needs, and what its form takes. */
async function ownAction(
  { action: name, values = {} }: Values,
  means: ProviderMeans,
  { serviceId, confirmed }: Asked,
  actor: Actor,
): Promise<Told> {
  const service = await findService(means.db, actor, { id: serviceId, right: runOwnAction.permission })
  const lost = NotOffered({ id: serviceId, operation: String(name) })
  if (!offers(means, service, 'run_action') || !offers(means, service, 'list_actions')) throw lost
  const actions = await ownActions(means, service, actor.kind === 'client' ? 'client' : 'staff')
  const action = actions.find((one) => one.name === name)
  if (!action || !mayOn(actor, service, action.permission)) throw lost
  if (action.confirm !== undefined && !confirmed)
    throw NotConfirmed({ id: serviceId, operation: action.label })
  const checked = action.form ? checkForm(action.form, values) : {}
  return { told: { action: name, values: checked }, said: { action: action.name }, label: action.label }
}
