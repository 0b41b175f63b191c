import type { Translate } from '../../i18n/index.ts'

/** Reasons that the input check gives, and the messages that say them in the reader's language. */
const REASONS: readonly [RegExp, string][] = [
  [/^is missing$/, 'missing'],
  [/^must not be empty$/, 'missing'],
  [/^needs at least (\d+) characters$/, 'too_short'],
  [/^may have at most (\d+) characters$/, 'too_long'],
  [/^must be one of /, 'not_offered'],
  [/^is not a valid email$/, 'email'],
  [/^must be equal to constant$/, 'not_offered'],
  [/^must be (?:integer|number)$/, 'number'],
  [/^repeats the same few characters$/, 'password_repeats'],
  [/^is a run of neighbouring characters$/, 'password_run'],
  [/^is one of the passwords that are guessed first$/, 'password_common'],
  [/^is made of your name or e-mail address$/, 'password_personal'],
  [/^is not an amount/, 'amount'],
  [/^must be a credit note for lines/, 'note_for_lines'],
  [/^is of a document that is not credited/, 'line_elsewhere'],
  [/^is not a (?:day|valid date$)/, 'day'],
  [/^must match (?:pattern|a schema)/, 'pattern'],
  [/^must be >= (-?\d+)$/, 'at_least'],
  [/^must be <= (-?\d+)$/, 'at_most'],
  [/^must NOT have fewer than (\d+) items$/, 'few'],
  [/^must NOT have more than (\d+) items$/, 'many'],
  [/^must NOT have duplicate items/, 'twice'],
  [/^must be above 0$/, 'above_zero'],
  [/^must be ticked$/, 'ticked'],
  [/^is over$/, 'over'],
  [/^"[^"]*" is full; /, 'full'],
  [/^is not offered with (?:the|your) other choices$/, 'not_with_choices'],
  [/^goes with your other choices; please look at it$/, 'goes_with_choices'],
  [/^cannot be changed on a running service$/, 'fixed'],
  [/^cannot be changed on a running service, and this choice/, 'takes_fixed'],
  [/^needs \{year\}, \{yy\} or \{FY\}/, 'year_needed'],
  [/^makes numbers of \d+ characters.* at most (\d+)/, 'number_too_long'],
  [/^(?:is before|must be after) the first day$/, 'order'],
  [/^is not a domain name$/, 'domain'],
  [/^is not a host name$/, 'host_name'],
  [/^is not a name for a certificate$/, 'common_name'],
  [/^is no certificate in PEM$/, 'certificate'],
]

/** "is missing" → "Please fill this in". What has no message of its own is shown as it is, as a sentence. */
export function reasonText(t: Translate, reason: string): string {
  for (const [pattern, key] of REASONS) {
    const match = pattern.exec(reason)
    if (match) return t(`errors.reason.${key}`, match[1] === undefined ? {} : { count: Number(match[1]) })
  }
  return t('errors.reason.other', { reason })
}
