import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { todosOf, type Todo } from '@/components/room/todos'
import { useSession } from '@/session/session'
import { useServerTime } from '@/session/time'
import { duration } from '@/session/words-of-time'
import { useNames } from './names'

/** What waits for the agency's lead. */
export function useTodos() {
  const session = useSession()
  const time = useServerTime()
  return computed(() => (session.view ? todosOf(session.view, time.now) : []))
}

/** A thing to do in words. */
export function useTodoWords(): (todo: Todo) => { title: string; note: string } {
  const { t } = useI18n()
  const session = useSession()
  const time = useServerTime()
  const names = useNames()
  return (todo) => {
    const kind = String(todo.params['kind'] ?? '')
    const params = {
      ...todo.params,
      member: todo.member === null ? '' : names.memberName(todo.member),
      seat: session.view?.committee?.[todo.member ?? '']?.workstation ?? '',
      time: duration(time.now - todo.since),
      members: names.who([...list(todo.params['members']), ...list(todo.params['candidates'])]),
      source: todo.kind === 'alarm' ? names.source(String(todo.params['source']), kind) : '',
      what: todo.kind === 'alarm' ? t(`minutes.alarm.${kind}`) : '',
      asks: todo.kind === 'alarm' ? t(`host.todo.asks.${String(todo.params['asks'])}`) : '',
    }
    return { title: t(`host.todo.${todo.kind}.title`, params), note: t(`host.todo.${todo.kind}.note`, params) }
  }
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
