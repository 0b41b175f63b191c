import { type BadPlugin, code, script } from './bad-plugin.ts'

/** What a call says, or does not. */
export const BAD_ANSWERS: readonly BadPlugin[] = [
  {
    says: 'an operation that plugin.json lists and the code lacks',
    ...{ example: 'example-tax', change: code(['validate_tax_id(', 'validate(']) },
    breaks: { is_there: 'tax.validate_tax_id is there' },
  },
  {
    says: 'a schedule that plugin.json lists and the code lacks',
    ...{ example: 'example-add-on', change: code(['async count()', 'async sum()']) },
    breaks: { is_there: 'schedule.count is there' },
  },
  {
    says: 'a schedule that throws though nothing is wrong',
    ...{
      example: 'example-add-on',
      change: code(['async count() {', "async count() { throw new Error('no')"]),
    },
    breaks: { answers: 'schedule.count answers' },
  },
  {
    says: 'one that never answers',
    ...{
      example: 'example-fraud',
      change: code(['return Promise.resolve({ score', 'return new Promise(() => {}, { score']),
    },
    breaks: { answers: 'fraud.score answers its own input' },
  },
  {
    says: 'one that loops for ever',
    ...{ example: 'example-fraud', change: code(['const met =', 'for (;;) {}\n      const met =']) },
    breaks: { answers: 'fraud.score answers its own input' },
  },
  {
    says: 'an answer that fits no schema',
    ...{
      example: 'example-fraud',
      change: code(['resolve({ score, advice', "resolve({ score: 'high', advice"]),
    },
    breaks: { answers: 'fraud.score answers its own input' },
  },
  {
    says: 'a huge answer',
    example: 'example-fraud',
    change: code([
      'reasons: met.map(',
      "reasons: Array(30).fill({ code: 'x'.repeat(2_000_000), text: '' }) ?? met.map(",
    ]),
    breaks: { answers: 'fraud.score answers its own input' },
  },
  {
    says: 'an answer that is not the one that its author knows',
    ...{ example: 'example-fraud', change: code(["['disputed', 70", "['disputed', 75"]) },
    breaks: { exact_answer: 'fraud.score answers exactly' },
  },
  {
    says: 'a host that was not granted, asked in passing',
    example: 'example-mail',
    change: code([
      'const response = await',
      "await fetch('https://else.example').catch(() => 0)\n      const response = await",
    ]),
    breaks: { nothing_ungranted: 'mail_transport.send asks for nothing' },
  },
  {
    says: 'a form that core does not take',
    ...{
      example: 'example-notification',
      change: code(["type: 'object', required", "type: 'nothing', required"]),
    },
    breaks: { form_fits: 'notification_channel.target_form asks by a form' },
  },
  {
    says: 'inputs of an operation that there is not',
    ...{ example: 'example-check', change: script(['inputs: {', 'inputs: { nothing: [{}],']) },
    breaks: { known_names: 'names what there is' },
  },
]
