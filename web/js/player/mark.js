/**
 * Where the viewer's name is at a share 0 … 1 of its round: across and down, each 0 … 1. A figure that
 * meets every part of the picture.
 * @param {number} share
 */
export function place(share) {
  const angle = share * 2 * Math.PI
  return { across: (1 + Math.sin(2 * angle)) / 2, down: (1 + Math.cos(3 * angle)) / 2 }
}
