/**
 * Let hls.js begin anew after an error of the media element, and play on: an element whose source is
 * taken away pauses, and nobody would set it going again.
 * @param {{recoverMediaError(): void}} hls @param {HTMLVideoElement} video @param {() => void} play
 */
export function recover(hls, video, play) {
  const { paused } = video
  hls.recoverMediaError()
  if (!paused) play()
}
