export { acted, actsView, type ActsView } from './acts-view.ts'
export { isOffered, offersMore } from './offered-acts.ts'
export { openForm, sentInput, type ActForm } from './read-form.ts'
