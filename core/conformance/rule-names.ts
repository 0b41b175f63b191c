/**
 * Every rule that the kit judges by, under the name that a report, a test and a commit call it by. A bad plugin of
 * `test/conformance` breaks each of them.
 */
export const RULES = {
  known_names: 'the author’s script names only what plugin.json lists',
  is_there: 'what plugin.json lists is in the code',
  answers: 'an input is answered, or refused with a reason where the kit made it up',
  exact_answer: 'an answer that its author knows is that answer',
  nothing_ungranted: 'nothing is asked for that plugin.json does not grant',
  requests_once: 'a repeat asks under the same references for the same to be written',
  people_decide: 'a request that waits, or that a person refused, is answered as well',
  form_fits: 'a form is one that core takes',
  frame_shown: 'a frame is answered only where one can be shown',
  takes_no_more: 'a payment is of the currency asked for, as its fee or a refund’s, and of no more',
  looks_up: 'a gateway whose answers can be lost can be asked what became of a payment',
  movements_add_up: 'payouts are the sum of what they are made of',
  same_movements: 'movements told again are the same',
  own_methods: 'saved methods are those of the customers asked for',
  same_methods: 'saved methods told again are the same',
  each_line: 'each line has its taxes',
  each_question: 'each question of a batch has its answer',
  same_answer: 'a pure operation answers the same again, in words and in errors',
  same_thing: 'a repeat finds the thing that was made',
  pending_followed: 'an act that is under way can be asked after',
  made_counted: 'the company at which things change counts what was made',
  made_once: 'a repeat makes nothing a second time',
  no_claim: 'nothing is called a success while the company fails',
  ends_in_time: 'a call ends by its deadline while the company is silent',
  found_again: 'after a lost answer the repeat is answered',
  declines_named: 'a gateway’s author shows how its company declines',
  decline_told: 'a decline is answered as one, with its reason',
  same_decline: 'a decline stays one when it is asked for again',
  moves_nothing: 'a message that says nothing moves nothing',
  events_named: 'there are events to be told in another order',
  events_answered: 'an event is answered',
  facts_reordered: 'events in another order say the same',
  facts_twice: 'an event told twice says the same',
  domain_named: 'a registrar’s author shows names that can be had, and what its registry refuses',
  each_domain: 'each domain asked for has its answer, in the order asked',
  buys_nothing: 'what a registry refuses buys nothing',
  price_agreed: 'a premium name is bought at the price that was agreed, or not at all',
  pending_ends: 'what is under way at the registry is seen to end',
  renewed_once: 'a renewal moves the day of expiry by its years, once',
  same_events: 'events since the same cursor are the same',
  life_answers: 'each step in the life of a service or domain is answered',
  life_again: 'each step, taken again, ends where the first one did',
  accounts_end: 'a list of accounts comes to its end',
  accounts_once: 'no account is listed twice',
  accounts_told: 'a service that stands is listed by its id, and one that is gone is not',
  life_described: 'after each step the service or domain is described as it is',
} as const

export type RuleName = keyof typeof RULES

export interface Check {
  rule: RuleName
  /** What was judged, and by what: "gateway.refund, again: nothing is made twice". */
  name: string
  /** Undefined when the rule holds, else what is wrong. */
  problem: string | undefined
}
