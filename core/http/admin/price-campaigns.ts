import { cancelCampaign, createCampaign, scheduleCampaign } from '../../services/index.ts'
import { changeFields } from './change-fields.ts'
import { countOf, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { campaignPage, campaignsPage, cancelCampaignPage, newCampaign } from './views/price-campaigns.ts'
import { simulatorPage } from './views/simulator.ts'

const at = '/price-campaigns/:id'

export const priceCampaigns: Section = {
  pages: [
    { path: '/price-campaigns', permission: 'price_campaign.list', draw: campaignsPage },
    { path: '/price-campaigns/new', permission: 'price_campaign.create', draw: newCampaign },
    { path: at, permission: 'price_campaign.preview', draw: campaignPage },
    { path: `${at}/cancel`, permission: 'price_campaign.cancel', draw: cancelCampaignPage },
    { path: '/simulator', permission: 'billing.simulate', draw: simulatorPage },
  ],
  acts: [
    { path: '/price-campaigns', permission: 'price_campaign.create', again: newCampaign, act: create },
    { path: `${at}/schedule`, permission: 'price_campaign.schedule', again: campaignPage, act: schedule },
    { path: `${at}/cancel`, permission: 'price_campaign.cancel', again: cancelCampaignPage, act: cancel },
  ],
}

const href = ({ params }: Asked): string => `/admin/price-campaigns/${params.id!}`

async function create(desk: Desk, { form }: Asked) {
  const { means, actor, t } = desk
  const input = {
    ...changeFields(desk, form),
    ...{ brand_id: textOf(form, 'brand_id'), name: textOf(form, 'name') },
    ...{ starts_on: textOf(form, 'starts_on'), notice_days: countOf(form, 'notice_days') ?? 0 },
  }
  const id = await createCampaign(means, input, actor)
  return { href: `/admin/price-campaigns/${id}`, message: t('prices.campaign.created') }
}

async function schedule({ means, actor, t }: Desk, asked: Asked) {
  const count = await scheduleCampaign(means, { campaign_id: asked.params.id }, actor)
  return { href: href(asked), message: t('prices.campaign.scheduled', { count }) }
}

async function cancel({ means, actor, t }: Desk, asked: Asked) {
  const input = { campaign_id: asked.params.id, reason: textOf(asked.form, 'reason') }
  const count = await cancelCampaign(means, input, actor)
  return { href: href(asked), message: t('prices.campaign.cancelled', { count }) }
}
