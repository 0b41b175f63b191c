import type { Control } from './control.ts'

/** The controls that are reached over HTTP, by the last part of their path under /_control/. */
const controls: Record<string, (control: Control, input: never) => unknown> = {
  advance: (control, input) => control.advance(input),
  'clear-faults': (control) => control.clearFaults(),
  'close-dispute': (control, input) => control.closeDispute(input),
  delay: (control, input) => control.delay(input),
  dispute: (control, input) => control.dispute(input),
  fail: (control, input) => control.fail(input),
  'flush-webhooks': (control) => control.flushWebhooks(),
  'lose-answer': (control, input) => control.loseAnswer(input),
  'pay-out': (control, input) => control.payOut(input),
  'pause-webhooks': (control) => control.pauseWebhooks(),
  'renew-subscription': (control, input) => control.renewSubscription(input),
  'release-webhooks': (control, input) => control.releaseWebhooks(input),
  'repeat-webhooks': (control, input) => control.repeatWebhooks(input),
  'resend-webhook': (control, input) => control.resendWebhook(input),
  'revoke-mandate': (control, input) => control.revokeMandate(input),
  'save-card': (control, input) => control.saveCard(input),
  'save-debit': (control, input) => control.saveDebit(input),
  'set-webhook': (control, input) => control.setWebhook(input),
  'set-webhook-timing': (control, input) => control.setWebhookTiming(input),
  settle: (control, input) => control.settle(input),
  'settle-in': (control, input) => control.settleIn(input),
  'settle-payout': (control, input) => control.settlePayout(input),
  'settle-refund': (control, input) => control.settleRefund(input),
  'settle-webhooks': (control) => control.settleWebhooks(),
  subscribe: (control, input) => control.subscribe(input),
  'take-fee': (control, input) => control.takeFee(input),
  state: (control) => control.state(),
}

/** Runs the control of a path with the JSON body as its input. */
export async function serveControl(
  control: Control,
  path: string,
  body: string,
): Promise<{ status: number; body: string }> {
  const name = path.replace('/_control/', '')
  const run = Object.hasOwn(controls, name) ? controls[name] : undefined
  if (!run) {
    const known = Object.keys(controls).join(', ')
    return answer(404, { error: { message: `There is no control "${name}". There are: ${known}.` } })
  }
  try {
    const input = body === '' ? {} : JSON.parse(body)
    return answer(200, (await run(control, input as never)) ?? { ok: true })
  } catch (error) {
    return answer(400, { error: { message: error instanceof Error ? error.message : String(error) } })
  }
}

function answer(status: number, body: unknown): { status: number; body: string } {
  return { status, body: JSON.stringify(body) }
}
