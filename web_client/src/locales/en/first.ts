import { named } from '../named'

/** What is read before any desk: the log-in, one's sessions, the frame around every page. */
export default named(import.meta.glob('./{frame,fault,trade,login,lobby}.json', { eager: true, import: 'default' }))
