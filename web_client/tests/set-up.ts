/** What a browser has and the tests' does not: somewhere to keep things. */
import 'fake-indexeddb/auto'
