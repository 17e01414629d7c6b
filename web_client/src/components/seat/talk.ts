/** Whether one is heard: talk is closed for a review or a pause, one's microphone is closed, open, or there is none. */
export type MicrophoneState = 'review' | 'paused' | 'muted' | 'open' | 'broken'

/** `blocked`: the browser plays no sound before a click. */
export type HearingState = 'closed' | 'off' | 'on' | 'blocked'

/** `part`: a window is shown instead of the whole screen. */
export type ScreenState = 'off' | 'asking' | 'connecting' | 'live' | 'part' | 'broken'
