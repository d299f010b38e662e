/** Random numbers for drawn photos; the same seed gives the same set on every machine. */
import { generator } from '../random.js';

/** A mulberry32 generator with the distributions that scenes need. */
export class Random {
  /** @param {number} seed */
  constructor(seed) {
    /** Returns a number from 0 (inclusive) to 1. */
    this.next = generator(seed);
  }

  /**
   * @param {number} low
   * @param {number} high
   */
  between(low, high) {
    return low + (high - low) * this.next();
  }

  /**
   * Returns a number whose logarithm is uniform between those of `low` and `high`.
   * @param {number} low
   * @param {number} high
   */
  ratio(low, high) {
    return low * (high / low) ** this.next();
  }

  /** @param {number} below */
  integer(below) {
    return Math.floor(this.next() * below);
  }

  /**
   * @template T
   * @param {readonly T[]} list
   * @returns {T}
   */
  pick(list) {
    return list[this.integer(list.length)];
  }

  /** Returns a number of the normal distribution with mean 0 and deviation 1. */
  normal() {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}
