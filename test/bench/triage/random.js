/** Random numbers that are the same on every machine: a set is named by its seed. */

/** mulberry32, with the few distributions that scenes need. */
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** 0 (inclusive) to 1. */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  between(low, high) {
    return low + (high - low) * this.next();
  }

  /** Every ratio is as likely as every other of its size. */
  ratio(low, high) {
    return low * (high / low) ** this.next();
  }

  integer(below) {
    return Math.floor(this.next() * below);
  }

  pick(list) {
    return list[this.integer(list.length)];
  }

  normal() {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}
