import { Type } from '../../sdk/index.ts'
import { defineSetting, defineVerb, readSetting, writeSetting, type Means } from '../records/index.ts'

/** What a new installation needs before its first sale, in the order in which it is done. */
export const FIRST_STEPS = ['tax', 'mail', 'look', 'product', 'gateway', 'order'] as const
export type FirstStep = (typeof FIRST_STEPS)[number]

const Step = Type.Enum(
  Object.fromEntries(FIRST_STEPS.map((step) => [step, step])) as Record<FirstStep, FirstStep>,
)

/** The steps that staff do without. */
export const firstStepsLeft = defineSetting({
  key: 'installation.first_steps_left',
  schema: Type.Array(Step, { maxItems: FIRST_STEPS.length }),
  preset: [],
  scopes: ['installation'],
  ownPage: true,
})

/** Leaves a step of the beginning out, or takes it up again. */
export const leaveFirstStep = defineVerb(
  {
    permission: 'first_step.leave',
    audience: ['staff'],
    input: Type.Object({ step: Step, left: Type.Boolean() }),
  },
  (means: Means, { step, left }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const others = (await readSetting(trx, firstStepsLeft)).filter((one) => one !== step)
      const value = left ? [...others, step] : others
      await writeSetting(
        means,
        trx,
        { setting: firstStepsLeft, scope: 'installation', scopeId: '', value },
        actor,
      )
    }),
)
