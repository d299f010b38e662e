/**
 * Preloaded into every Node process of a program under test. In an engine process it asks the
 * test's gate before each tile; in every other process it does nothing. `tile-gate.ts` is the other
 * end.
 */
import { connect } from 'node:net';
import { basename } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const port = Number(process.env.UNSMEAR_TEST_GATE);
/** Calls that the engine awaits before it computes a tile. */
const STEPS = new Set(['stepStarted']);

/** Resolves when the test lets the step pass, or is gone. */
function ask(step) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${JSON.stringify(step)}\n`));
    socket.on('error', resolve);
    socket.on('close', resolve);
    socket.resume();
  });
}

/** Delays the supervisor's answers, so that a step that waits here is known to have begun. */
function install() {
  const steps = new Map();
  const waiting = new Map();
  const send = process.send;
  process.send = (message, ...rest) => {
    if (STEPS.has(message.m)) {
      const [session, tile] = message.a;
      steps.set(message.i, { pid: process.pid, session, tile });
    }
    return send.call(process, message, ...rest);
  };
  const emit = process.emit;
  process.emit = (name, ...values) => {
    const [message] = values;
    const step = name === 'message' && message.t === 's' ? steps.get(message.i) : undefined;
    const pass = () => emit.call(process, name, ...values);
    if (step === undefined) {
      const emitted = pass();
      // The engine receives a cancel at once, but handles it only between computations.
      if (name === 'message' && message.m === 'cancel') waiting.get(message.a[0])?.();
      return emitted;
    }
    steps.delete(message.i);
    const cancelled = new Promise((resolve) => waiting.set(step.session, resolve));
    void Promise.race([ask(step), cancelled]).then(() => {
      waiting.delete(step.session);
      pass();
    });
    return true;
  };
}

const isEngine = isMainThread && basename(process.argv[1] ?? '') === 'engine.js';
if (port > 0 && isEngine && process.send !== undefined) install();
