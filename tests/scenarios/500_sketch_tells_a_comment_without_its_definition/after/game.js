const board = document.getElementById('board');

function clamp(x, low, high) {
  return Math.min(high, Math.max(low, x));
}

const LIVES = 3;
// The player's ship
const ship = {
  x: 10,
  y: 20,
  alive: true,
  lives: LIVES,
};

function reset() {
  ship.x = 10;
  ship.alive = true;
  ship.lives = LIVES;
}
