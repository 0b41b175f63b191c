import type { PageAnswer } from './html.ts'
import { drawPage, escapeHtml } from './html.ts'

/** The bank's page: the customer agrees or does not. `action` is where the answer is posted. */
export function drawAuthentication(action: string, what: string): PageAnswer {
  return drawPage(
    200,
    '3-D Secure',
    `<p>Your bank asks you to confirm: ${escapeHtml(what)}.</p>
<form method="post" action="${escapeHtml(action)}">
<button type="submit" name="outcome" value="complete">Complete</button>
<button type="submit" name="outcome" value="fail">Fail</button>
</form>`,
  )
}
