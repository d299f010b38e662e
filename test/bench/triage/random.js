/** Random numbers that are the same on every machine: a set is named by its seed. */

import { generator } from '../random.js';

/** mulberry32, with the few distributions that scenes need. */
export class Random {
  constructor(seed) {
    /** 0 (inclusive) to 1. */
    this.next = generator(seed);
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
