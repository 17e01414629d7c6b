import { named } from '../named'

export default named(import.meta.glob(['./*.json', '!./{frame,fault,trade,login,lobby}.json'], { eager: true, import: 'default' }))
