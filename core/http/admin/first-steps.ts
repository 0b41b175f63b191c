import { leaveFirstStep } from '../../brands/index.ts'
import { importCatalogFile } from '../../catalog/index.ts'
import { sendTestMail } from '../../mail/index.ts'
import { decimalOf, textOf, type Asked, type Desk } from './desk.ts'
import type { Act, Section } from './pages.ts'
import { firstProductFile } from './first-product.ts'
import { firstStepsPage } from './views/first-steps.ts'

const href = '/admin/first-steps'

/** What a new installation needs before its first sale. */
export const firstSteps: Section = {
  pages: [{ path: '/first-steps', permission: 'board.read', draw: firstStepsPage }],
  acts: [
    ...([true, false] as const).map((left): Act => ({
      path: `/first-steps/:step/${left ? 'leave' : 'take'}`,
      permission: 'first_step.leave',
      again: firstStepsPage,
      act: leave(left),
    })),
    { path: '/first-steps/mail', permission: 'message.send_test', again: firstStepsPage, act: test },
    { path: '/first-steps/product', permission: 'catalog.import', again: firstStepsPage, act: addProduct },
  ],
}

function leave(left: boolean): Act['act'] {
  return async ({ means, actor, t }, { params }) => {
    await leaveFirstStep(means, { step: params.step as never, left }, actor)
    return { href, message: t(left ? 'first_steps.was_left' : 'first_steps.was_taken') }
  }
}

async function test({ means, actor, t }: Desk) {
  const address = await sendTestMail(means, {}, actor)
  return { href, message: t('first_steps.mail.sent', { address }) }
}

/** A whole product in one transaction, as a file of the catalogue brings it. */
async function addProduct(desk: Desk, { form }: Asked) {
  const { means, actor, t } = desk
  const [brand_id = '', currency = ''] = textOf(form, 'brand').split(' ')
  const name = textOf(form, 'product')
  const price = decimalOf(desk, textOf(form, 'price'), currency)
  const text = firstProductFile(t, { kind: textOf(form, 'kind'), name, currency, price })
  await importCatalogFile(means, { brand_id, text }, actor)
  return { href, message: t('first_steps.product.made', { name }) }
}
