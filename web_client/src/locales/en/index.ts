import { named } from '../named'

export default named(import.meta.glob('./*.json', { eager: true, import: 'default' }))
