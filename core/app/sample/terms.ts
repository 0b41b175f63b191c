/** What buyers of the sample shop accept. Made up, as the shop is: no provider should take it for advice. */
export const sampleTerms = {
  version: '2020-01',
  text: `This is a sample shop. Nothing in it is sold, and these terms bind nobody: they show how yours will look.

# 1. What we provide
We run the servers that you order and keep them reachable. What belongs to a plan stands on its page when you order.

# 2. Prices and payment
Prices are those of the day on which you order. We charge each period before it begins. An invoice that is not paid is reminded of; after the time that stands in the reminder the service is suspended until it is paid.

# 3. Changing and leaving
You can change a plan at any time; unused days are credited. You can cancel for the end of the paid period, without giving a reason.

# 4. What is not allowed
No unlawful content, no attacks on others, no mail that was not asked for. We suspend a service that does it and tell you why.

# 5. Your data
What is on your servers is yours. After a service has ended it is deleted, and cannot be brought back.`,
}
